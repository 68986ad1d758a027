// Start Node, read a small CSV file, group by, first row: the latency of a cold function.
import * as guest from '/seebench/seebench_guest.mjs';
import { readCsv } from '/seebench/seebench_csv.mjs';

guest.importsDone();

const planes = readCsv('/data/flights/planes.csv', ['manufacturer', 'engine', 'seats']);
const groups = new Map();
for (const { manufacturer, engine, seats } of planes) {
  const key = `${manufacturer}, ${engine}`;
  const group = groups.get(key) ?? { planes: 0n, seats: 0 };
  group.planes += 1n;
  group.seats += Number(seats);
  groups.set(key, group);
}
const rows = [...groups].map(([name, group]) => [name, group.seats / Number(group.planes), group.planes]);
rows.sort(([a], [b]) => (a < b ? -1 : 1));
const first = rows[0];
guest.firstResult();

await guest.digest([first, rows]);
