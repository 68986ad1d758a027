// What a JavaScript workload tells the harness: the same events as seebench_guest.py, from the same calls.
//
// Importing it marks the interpreter as ready, so import it first. Without SEEBENCH_EVENTS_FD nothing is sent.
import { readFileSync, writeSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';

// Taken out of the environment: a program that a workload starts must not write to a descriptor of its own.
const fd = Number(process.env.SEEBENCH_EVENTS_FD ?? -1);
delete process.env.SEEBENCH_EVENTS_FD;
const marked = new Set();
let iteration = 0;

/** The params of the manifest's size. */
export const params = JSON.parse(process.env.SEEBENCH_PARAMS ?? '{}');

function send(event) {
  if (fd >= 0) writeSync(fd, `${event}\n`);
}

/** Nanoseconds of real time, as digits: beyond what a number holds exactly. */
function realTime() {
  const ms = performance.timeOrigin + performance.now();
  return `${Math.trunc(ms)}${String(Math.trunc((ms % 1) * 1e6)).padStart(6, '0')}`;
}

function mark(name) {
  if (marked.has(name)) return;
  const now = realTime();
  marked.add(name);
  send(`{"e":"mark","name":"${name}","t":${now}}`);
}

/** Marks the end of the imports, and tells what the sandbox looks like from inside. */
export function importsDone() {
  mark('imports');
  const total = /^MemTotal:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1] * 1024;
  send(JSON.stringify({ e: 'inside', kernel: release(), cpus: availableParallelism(), mem: total }));
}

/** Marks the first computed result; only the first call counts. `iterate` does it after its first iteration. */
export function firstResult() {
  mark('first_result');
}

/**
 * Runs `work` `iterations` times under tinybench, sends the time of each, returns the last result. `workAmount` is what
 * one iteration gets done, in the manifest's workUnit. As with Python nothing is warmed up: how the JIT compiler gets
 * hold of the work shows from one iteration to the next.
 */
export async function iterate(work, { iterations = params.iterations, workAmount } = {}) {
  const { Bench } = await import('./kit/dist/index.js');
  const bench = new Bench({ iterations, time: 0, warmup: false, throws: true });
  let result;
  let ms = 0;
  const timed = () => {
    const start = bench.now();
    result = work();
    ms = bench.now() - start;
    // The same number for tinybench, which keeps its samples sorted; ours are sent in the order in which they came.
    return { overriddenDuration: ms };
  };
  bench.add('iteration', timed, {
    // Told, or tinybench would call the work once more to find out.
    async: false,
    beforeEach: () => void (result = undefined),
    afterEach: () => {
      firstResult();
      const ns = Math.round(ms * 1e6);
      send(JSON.stringify({ e: 'iteration', i: iteration, ns, work: workAmount }));
      iteration += 1;
    },
  });
  bench.runSync();
  return result;
}

/** Times a part of the work under a name: metric `part/<name>_ns`. @returns what the part returns */
export function part(name, work) {
  const start = process.hrtime.bigint();
  const result = work();
  const ns = process.hrtime.bigint() - start;
  send(`{"e":"part","name":"${name}","i":${iteration},"ns":${ns}}`);
  return result;
}

/** Sends the digest of the answer, floats rounded to `digits` significant digits; see `seebench_digest.mjs`. Once. */
export async function digest(answer, digits = 6) {
  const { digestOf } = await import('./seebench_digest.mjs');
  send(`{"e":"digest","value":"${digestOf(answer, digits)}"}`);
}

process.on('exit', () => mark('done'));
mark('interpreter');
