// Reads and writes CSV files, one record a line and nothing quoted, as the tables of flights are.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK_BYTES = 1 << 16;

/** The first records of a file as objects with the columns that are asked for; what is empty or `NA` is `null`. */
export function readCsv(path, columns, limit = Infinity) {
  const lines = linesOf(path);
  const names = lines.next().value.split(',');
  const places = columns.map((name) => names.indexOf(name));
  const records = [];
  for (const line of lines) {
    if (records.length === limit) break;
    const fields = line.split(',');
    const record = {};
    for (let i = 0; i < places.length; i += 1) {
      const field = fields[places[i]];
      record[columns[i]] = field === '' || field === 'NA' ? null : field;
    }
    records.push(record);
  }
  return records;
}

/** Writes rows of values, the names first. */
export function writeCsv(path, names, rows) {
  const fd = openSync(path, 'w');
  let text = `${names.join(',')}\n`;
  for (const row of rows) {
    text += `${row.join(',')}\n`;
    if (text.length < CHUNK_BYTES) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
}

function* linesOf(path) {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (let bytes = readSync(fd, buffer); bytes > 0; bytes = readSync(fd, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, bytes))).split('\n');
      rest = lines.pop();
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
}
