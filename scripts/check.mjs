// npm run check: types, lint, rooms, format, dead code and Python style. One line each, with its time; what fails prints why.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findRuff } from './ruff.mjs';

const bin = (name) => join('node_modules', '.bin', name);
const CHECKS = [
  { name: 'types', run: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', run: [bin('oxlint'), '--deny-warnings'] },
  { name: 'dead code', run: [bin('knip'), '--no-progress'] },
  { name: 'rooms', run: [process.execPath, 'scripts/rooms.mjs'] },
  { name: 'format', run: [bin('oxfmt'), '--check', 'src', 'test', 'scripts', 'workloads', 'vitest.config.ts'] },
  { name: 'python lint', ruff: ['check', '--no-cache', '.'] },
  { name: 'python format', ruff: ['format', '--no-cache', '--check', '.'] },
];

/** @returns {Promise<{ok: boolean, output: string}>} */
function finish([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

async function check({ name, run, ruff }) {
  const startedAt = performance.now();
  const program = ruff === undefined ? undefined : await findRuff();
  const { ok, output } =
    program === null
      ? {
          ok: false,
          output: 'ruff is missing: `npm run -s seebench -- setup --for-tests` brings it, or `pip install ruff`',
        }
      : await finish(run ?? [program, ...ruff]);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  if (!ok) console.log(output.trimEnd().slice(-20_000));
  return ok;
}

const waiting = [...CHECKS];
const failed = [];
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (!(await check(next))) failed.push(next.name);
    }
  }),
);
if (failed.length > 0) console.log(`check: ${failed.join(', ')} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
