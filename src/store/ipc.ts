import {
  RecordBatch,
  RecordBatchReader,
  type Schema,
  Struct,
  Table,
  makeData,
  tableToIPC,
  type Vector,
} from 'apache-arrow';

/** Continuation marker (4 bytes) and length of the metadata (4 bytes) before every message of Arrow's IPC format. */
const PREFIX_BYTES = 8;
/** A stream ends with a message of length 0. */
export const END_OF_STREAM = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
const FILE_MAGIC = Buffer.from('ARROW1');

/** One batch of equally long columns, in the order of the schema's fields. */
export function makeBatch(schema: Schema, columns: readonly Vector[]): RecordBatch {
  const children = columns.map((column) => column.data[0]!);
  const length = columns[0]?.length ?? 0;
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

/** The bytes that open a stream: its schema message. */
export function schemaMessage(schema: Schema): Uint8Array {
  const stream = tableToIPC(new Table(schema), 'stream');
  return stream.subarray(0, firstMessageBytes(stream));
}

/**
 * The bytes that add one batch to an open stream. Each batch brings its own dictionaries: the stream format allows
 * replacement, and so every batch is complete in itself. (The library's stream writer cannot go on after a restart and
 * does not say when its bytes were taken; a whole small stream without its ends is the same thing.)
 */
export function batchMessages(batch: RecordBatch): Uint8Array {
  const stream = tableToIPC(new Table([batch]), 'stream');
  return stream.subarray(firstMessageBytes(stream), stream.byteLength - END_OF_STREAM.byteLength);
}

/** The schema message has no body, so that its metadata is all of it. */
function firstMessageBytes(stream: Uint8Array): number {
  return PREFIX_BYTES + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
}

/** What could be read of a stream: all its complete batches. */
export interface ReadStream {
  readonly batches: RecordBatch[];
  /** There were bytes after the last complete batch that are not a batch. */
  readonly truncated: boolean;
  /** It was ended in order, so that nothing can be missing behind the last batch. */
  readonly ended: boolean;
}

/** Reads a stream that may end anywhere, because its writer runs or was killed; or a whole file. Never throws. */
export function readStream(bytes: Uint8Array): ReadStream {
  const batches: RecordBatch[] = [];
  if (bytes.byteLength === 0) return { batches, truncated: false, ended: false };
  try {
    for (const batch of RecordBatchReader.from(bytes)) {
      // A damaged length would be counted to, for hours: every row takes bytes.
      if (!(batch.numRows >= 0 && batch.numRows <= bytes.byteLength)) throw new RangeError('no such number of rows');
      batches.push(batch);
    }
    // A file without its footer cannot be read at all.
    const isFile = Buffer.from(bytes.subarray(0, FILE_MAGIC.length)).equals(FILE_MAGIC);
    const ended = isFile || Buffer.from(bytes.subarray(-END_OF_STREAM.length)).equals(END_OF_STREAM);
    return { batches, truncated: false, ended };
  } catch {
    return { batches, truncated: true, ended: false };
  }
}
