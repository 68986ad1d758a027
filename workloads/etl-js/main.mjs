// Flights: CSV → clean → join → aggregate → CSV, in plain JavaScript: the job of `flights`, with its answer.
import * as guest from '/seebench/seebench_guest.mjs';
import { readCsv, writeCsv } from '/seebench/seebench_csv.mjs';
import { table } from '/seebench/seebench_digest.mjs';

guest.importsDone();

const COLUMNS =
  'month dep_time sched_dep_time arr_time arr_delay carrier tailnum origin dest air_time distance time_hour';
const JOINED = 'tailnum origin dest name month engines windy late arr_delay dep_minute speed_kmh'.split(' ');
const KEYS = ['name', 'month', 'engines', 'windy'];

const read = (name, columns, limit) => readCsv(`/data/flights/${name}.csv`, columns.split(' '), limit);
const number = (text) => (text === null ? null : Number(text));

/** Flights that arrived, with the hour as a time, clock readings as minutes, and no repeated plane at one time. */
function clean(flights) {
  const seen = new Set();
  const kept = [];
  for (const flight of flights) {
    const { dep_time, arr_time, arr_delay, tailnum, time_hour, sched_dep_time } = flight;
    if (dep_time === null || arr_time === null || arr_delay === null || tailnum === null) continue;
    const key = `${tailnum} ${time_hour} ${sched_dep_time}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const minutes = Number(dep_time);
    kept.push({
      tailnum,
      origin: flight.origin,
      dest: flight.dest,
      carrier: flight.carrier,
      month: Number(flight.month),
      time_hour: Date.parse(time_hour),
      dep_minute: Math.floor(minutes / 100) * 60 + (minutes % 100),
      arr_delay: Number(arr_delay),
      speed_kmh:
        flight.air_time === null ? null : (Number(flight.distance) * 1.609344) / (Number(flight.air_time) / 60),
      late: Number(arr_delay) > 15,
    });
  }
  return kept;
}

/** Records by a key; the first of several counts. */
function index(records, keyOf) {
  const found = new Map();
  for (const record of records) {
    const key = keyOf(record);
    if (!found.has(key)) found.set(key, record);
  }
  return found;
}

/** With the airline's name, the plane, the airport of destination and the weather of the hour at the origin. */
function join(flights) {
  const planes = index(read('planes', 'tailnum engines seats'), ({ tailnum }) => tailnum);
  const airports = index(read('airports', 'faa alt tzone'), ({ faa }) => faa);
  const airlines = index(read('airlines', 'carrier name'), ({ carrier }) => carrier);
  const readings = read('weather', 'origin time_hour wind_speed visib');
  const weather = index(readings, ({ origin, time_hour }) => `${origin} ${Date.parse(time_hour)}`);
  const joined = [];
  for (const flight of flights) {
    const airline = airlines.get(flight.carrier);
    if (airline === undefined) continue;
    const plane = planes.get(flight.tailnum);
    const airport = airports.get(flight.dest);
    const reading = weather.get(`${flight.origin} ${flight.time_hour}`);
    // Field by field: spread over an object of this size, V8 takes several times as long.
    joined.push({
      tailnum: flight.tailnum,
      origin: flight.origin,
      dest: flight.dest,
      month: flight.month,
      late: flight.late,
      arr_delay: flight.arr_delay,
      dep_minute: flight.dep_minute,
      speed_kmh: flight.speed_kmh,
      name: airline.name,
      engines: Number(plane?.engines ?? 0),
      seats: number(plane?.seats ?? null),
      alt: number(airport?.alt ?? null),
      tzone: airport?.tzone ?? null,
      visib: number(reading?.visib ?? null),
      windy: Number(reading?.wind_speed ?? 0) > 15,
    });
  }
  return joined;
}

const present = (rows, name) => rows.map((row) => row[name]).filter((value) => value !== null);
const sum = (values) => values.reduce((total, value) => total + Number(value), 0);
const mean = (values) => (values.length === 0 ? null : sum(values) / values.length);
const least = (values) => (values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)));

function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How late, how fast and how full, by airline, month, kind of plane and wind. */
function aggregate(joined) {
  const groups = new Map();
  for (const row of joined) {
    const key = `${row.name} ${row.month} ${row.engines} ${row.windy}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].map((rows) => ({
    ...Object.fromEntries(KEYS.map((key) => [key, rows[0][key]])),
    flights: rows.length,
    late: mean(present(rows, 'late')),
    delay: mean(present(rows, 'arr_delay')),
    median_delay: median(present(rows, 'arr_delay')),
    speed: mean(present(rows, 'speed_kmh')),
    first_minute: least(present(rows, 'dep_minute')),
    seats: sum(present(rows, 'seats')),
    planes: new Set(present(rows, 'tailnum')).size,
    zones: new Set(present(rows, 'tzone')).size,
    altitude: mean(present(rows, 'alt')),
    visibility: least(present(rows, 'visib')),
  }));
}

function write(joined, answer) {
  const names = Object.keys(answer[0]);
  writeCsv(
    '/out/flights.csv',
    JOINED,
    joined.map((row) => JOINED.map((name) => row[name])),
  );
  writeCsv(
    '/out/delays.csv',
    names,
    answer.map((row) => Object.values(row)),
  );
}

/** The timed work, each step a part. */
function pipeline() {
  const flights = guest.part('read', () => read('flights', COLUMNS, guest.params.rows));
  const cleaned = guest.part('clean', () => clean(flights));
  const joined = guest.part('join', () => join(cleaned));
  const answer = guest.part('aggregate', () => aggregate(joined));
  guest.part('write', () => write(joined, answer));
  return answer;
}

const WHOLE = new Set(['month', 'engines', 'flights', 'first_minute', 'planes', 'zones']);

/** The answer as columns, in the order of its keys; whole numbers as such. */
function columnsOf(answer) {
  const order = (a, b) => KEYS.map((key) => (a[key] < b[key] ? -1 : Number(a[key] > b[key]))).find(Boolean) ?? 0;
  const rows = [...answer].sort(order);
  const names = Object.keys(rows[0]);
  return Object.fromEntries(
    names.map((name) => [name, rows.map((row) => (WHOLE.has(name) ? BigInt(row[name]) : row[name]))]),
  );
}

const answer = await guest.iterate(pipeline, { workAmount: guest.params.rows });
await guest.digest(table(columnsOf(answer)));
