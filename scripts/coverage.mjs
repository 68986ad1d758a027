// Coverage of intervals and error rates of tests in simulation: the tables of docs/method.md. `node scripts/coverage.mjs [rounds]`
import * as stats from '../dist/stats/index.js';

const { medianInterval, narrowEnough, pairedShift, rng, signedRankP, twoSampleShift } = stats;
const rounds = Number(process.argv[2] ?? 10_000);
const many = (n, draw) => Array.from({ length: n }, (_, i) => draw(i));
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const percent = (hits, of) => `${((100 * hits) / of).toFixed(1)} %`;
const SHIFT = 0.05;
/** Logarithms of one side of a block, as test/stats/simulate.ts has them. */
const SOURCES = {
  normal: (random) => 0.1 * normal(random),
  'log-normal': (random) => 0.05 * Math.exp(normal(random)),
  bimodal: (random) => (random() < 0.3 ? Math.log(10) : 0) + 0.05 * normal(random),
  drifting: (random, i) => 0.01 * i + 0.1 * normal(random),
};
/** Log-ratios of a side with two modes to one without: their median is the quantile 0.5 / 0.7 of the fast mode. */
const oneSided = (random) => (random() < 0.3 ? Math.log(3) : 0) + 0.05 * (normal(random) - 0.565949) + SHIFT;

function row(name, intervalOf) {
  const cells = [5, 10, 20, 50].map((n) => {
    const random = rng(`${name}/${n}`);
    const found = many(rounds, () => intervalOf(random, n));
    if (found.every(({ low }) => low === null)) return 'open';
    return percent(found.filter(({ low, high }) => low <= SHIFT && SHIFT <= high).length, rounds);
  });
  console.log(`| ${[name, ...cells].join(' | ')} |`);
}
console.log('| 95 % interval | n = 5 | 10 | 20 | 50 |\n| --- | ---: | ---: | ---: | ---: |');
for (const [kind, draw] of Object.entries(SOURCES)) {
  const ratios = (random, n) => many(n, (i) => SHIFT + draw(random, i) - draw(random, i));
  const runs = (random, n) => [many(n, () => SHIFT + draw(random)), many(n, () => draw(random))];
  row(`two sides of a block, ${kind}`, (random, n) => pairedShift(ratios(random, n), 0.95));
  row(`median of the ratios, ${kind}`, (random, n) => medianInterval(ratios(random, n)));
  // Drift is no property of two independent samples.
  if (kind !== 'drifting') row(`two runs, ${kind}`, (random, n) => twoSampleShift(...runs(random, n), 0.95));
}
row('median of the ratios, one side bimodal', (random, n) => medianInterval(many(n, () => oneSided(random))));
row('two sides of a block, one side bimodal', (random, n) =>
  pairedShift(
    many(n, () => oneSided(random)),
    0.95,
  ),
);

console.log('\n| nothing differs, and a test at 5 % says it does | of runs |\n| --- | ---: |');
function alarms(name, stop, of) {
  const random = rng(name);
  const alarm = () => {
    const logs = [];
    do logs.push((random() < 0.2 ? 0.3 : 0.08) * normal(random));
    while (logs.length < 80 && !stop(logs));
    return signedRankP(logs) <= 0.05;
  };
  console.log(`| ${name} | ${percent(many(of, alarm).filter(Boolean).length, of)} |`);
}
alarms('always 80 blocks', () => false, rounds);
alarms('stopped when narrow enough', (logs) => narrowEnough(logs, SHIFT, stats.zOf(0.95)), rounds);
alarms('stopped when significant', (logs) => logs.length >= 10 && signedRankP(logs) <= 0.05, rounds / 10);
