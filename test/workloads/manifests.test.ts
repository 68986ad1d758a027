import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadWorkload, loadWorkloads } from '../../src/config/index.js';
import { SIZES, type Workload, type WorkloadClass } from '../../src/model/index.js';

const MIB = 2 ** 20;

/** What the product promises to measure, by class. A new workload is added here, too. */
const PROMISED: Readonly<Record<WorkloadClass, readonly string[]>> = {
  startup: ['first-row', 'import-data', 'import-snowpark', 'python', 'start-java', 'start-js', 'true', 'warm-row'],
  data: ['etl-java', 'etl-js', 'flights', 'jsonl-ingest', 'tpch-duckdb', 'tpch-pandas', 'tpch-polars'],
  ml: ['lightgbm-train', 'onnx-infer', 'sklearn-infer', 'sklearn-train'],
  snowpark: ['snowpark'],
  system: ['joblib', 'list-append', 'pipes', 'small-files', 'syscalls', 'threads', 'zero-pages'],
};
const DATA_SETS = ['tpch-sf0.01', 'tpch-sf0.1', 'tpch-sf1', 'flights'];

const root = fileURLToPath(new URL('../../workloads', import.meta.url));
const workloads = loadWorkloads([root]);
/** Where each language's programs begin. */
const PROGRAMS: Readonly<Record<string, string>> = { node: 'main.mjs', java: 'Main.java' };
const isPython = ({ command }: Workload): boolean => command[0] === '/usr/bin/python3';
/** Text of the modules in `_guest` that several workloads share, of those that this one imports. */
function sharedModules(code: string): string {
  const names = [...code.matchAll(/^(?:import|from) (seebench_\w+)/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'seebench_guest');
  return names.map((name) => readFileSync(join(root, '_guest', `${name}.py`), 'utf8')).join('\n');
}

describe('the workloads of the repository', () => {
  it.each(Object.entries(PROMISED))('has every promised workload of class %s', (wanted, ids) => {
    expect(workloads.filter((workload) => workload.class === wanted).map(({ id }) => id)).toEqual(ids);
  });

  it('has titles of their own', () => {
    const titles = workloads.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe.each(workloads.map((workload) => [workload.id, workload] as const))('workload %s', (_id, workload) => {
  it('names a program that is in its own directory, in the guest directory or in the root file system', () => {
    for (const path of workload.command.filter((word) => word.startsWith('/workload/'))) {
      expect(existsSync(join(workload.dir, path.slice('/workload/'.length))), path).toBe(true);
    }
    expect(workload.command[0]).toMatch(/^\/(usr\/bin|bin|seebench\/bin|workload)\//);
  });

  it('is bounded in time and memory, and grows with its size', () => {
    const { smoke, quick, full } = workload.sizes;
    expect([smoke.timeoutMs, quick.timeoutMs]).toEqual([60_000, 60_000]);
    expect(full.timeoutMs).toBeLessThanOrEqual(600_000);
    expect(smoke.memoryBytes).toBeLessThanOrEqual(quick.memoryBytes);
    expect(quick.memoryBytes).toBeLessThanOrEqual(full.memoryBytes);
    expect(quick.memoryBytes).toBeGreaterThanOrEqual(1024 * MIB);
    expect(quick.memoryBytes).toBeLessThanOrEqual(2048 * MIB);
  });

  it('takes the same parameters in every size', () => {
    const [first, ...others] = SIZES.map((size) => Object.keys(workload.sizes[size].params).toSorted());
    for (const names of others) expect(names).toEqual(first);
  });

  it('asks only for data sets that set-up makes', () => {
    for (const size of SIZES) expect(DATA_SETS).toEqual(expect.arrayContaining([...workload.sizes[size].data]));
  });
});

describe('programs', () => {
  const named = (wanted: (workload: Workload) => boolean) =>
    workloads.filter(wanted).map((workload) => [workload.id, workload] as const);

  it.each(named(({ layer }) => layer !== null && layer !== undefined))(
    'of %s, in another language, is short, says its heap, and asks for its program',
    (_id, workload) => {
      const code = readFileSync(join(workload.dir, PROGRAMS[workload.layer!]!), 'utf8');
      expect(code.split('\n').length).toBeLessThanOrEqual(220);
      expect(workload.needs.files).toEqual([workload.command[0]]);
      expect(workload.command.join(' ')).toMatch(/ (-Xms\w+ -Xmx\w+ -XX:\+UseSerialGC|--max-old-space-size=\d+) /);
      expect(/\bdigest\(/.test(code)).toBe(workload.digest);
    },
  );

  it.each(named(isPython))(
    'of %s is Python of one screen or two that imports the guest module first and reads every parameter',
    (_id, workload) => {
      const code = readFileSync(join(workload.dir, 'main.py'), 'utf8');
      expect(code.split('\n').length).toBeLessThanOrEqual(160);
      const everything = code + sharedModules(code);
      const imports = [...code.matchAll(/^(?:import|from) +([\w.]+)/gm)].map(([, name]) => name ?? '');
      const guestAt = imports.findIndex((name) => name.startsWith('seebench_guest'));
      expect(guestAt).toBeGreaterThanOrEqual(0);
      for (const name of workload.needs.modules) {
        expect(
          imports.slice(0, guestAt).some((earlier) => earlier.startsWith(name)),
          `${name} before the guest module`,
        ).toBe(false);
      }
      expect(/\bdigest\(/.test(everything)).toBe(workload.digest);
      const unread = Object.keys(workload.sizes.quick.params).filter(
        (name) => name !== 'iterations' && !new RegExp(`["']${name}["']`).test(everything),
      );
      expect(unread).toEqual([]);
    },
  );
});

describe('docs/workloads.md', () => {
  const docs = readFileSync(fileURLToPath(new URL('../../docs/workloads.md', import.meta.url)), 'utf8');
  const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(docs)?.[1] ?? '';

  it('shows an example that is a valid workload and runs by hand', () => {
    const dir = join(mkdtempSync(join(tmpdir(), 'seebench-docs-')), 'word-count');
    try {
      mkdirSync(dir);
      writeFileSync(join(dir, 'manifest.yaml'), block('yaml'));
      writeFileSync(join(dir, 'main.py'), block('python'));
      const example = loadWorkload(dir);
      const env = {
        PATH: process.env['PATH'] ?? '',
        PYTHONPATH: join(root, '_guest'),
        PYTHONDONTWRITEBYTECODE: '1',
        SEEBENCH_EVENTS_FD: '1',
        SEEBENCH_PARAMS: JSON.stringify(example.sizes.smoke.params),
      };
      const run = spawnSync('python3', [join(dir, 'main.py')], { env, encoding: 'utf8', timeout: 30_000 });
      expect(run.stderr).toBe('');
      const events = run.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { e: string }).e);
      expect(events).toEqual([
        'mark',
        'mark',
        'inside',
        'part',
        'mark',
        'iteration',
        'part',
        'iteration',
        'digest',
        'mark',
      ]);
    } finally {
      rmSync(dirname(dir), { recursive: true, force: true });
    }
  });

  it('describes every field of a manifest and of a size', () => {
    const { sizes, ...fields } = workloads[0]!;
    const names = [...Object.keys(fields).filter((name) => name !== 'dir'), ...Object.keys(sizes.smoke)];
    expect(names.filter((name) => !docs.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
