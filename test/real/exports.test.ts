import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDir, presentBenchstat, presentTool } from '../../src/provision/index.js';
import { median, summarize } from '../../src/stats/index.js';
import { readRun, type StoredRun } from '../../src/store/index.js';
import { casesOf, openNative } from './native.js';

const RUN = resolve('results/example');
const out = mkdtempSync(join(tmpdir(), 'seebench-exports-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Exports the committed run as users do. @returns the file */
function exported(format: string, ...more: string[]): string {
  const file = join(out, `${format}${more.join('').replaceAll(/\W/g, '')}`);
  execFileSync(process.execPath, [
    resolve('dist/cli/main.js'),
    'export',
    RUN,
    '--format',
    format,
    '--out',
    file,
    ...more,
  ]);
  return file;
}

/** Runs Python of the host with a locked reader. */
function python(tool: string, ...args: string[]): string {
  const entry = presentTool(tool, cacheDir());
  expect(entry, `${tool} is missing: npm run -s seebench -- setup --for-tests`).not.toBeNull();
  const env = { ...process.env, PYTHONPATH: join(entry!.dir, 'site'), PYTHONDONTWRITEBYTECODE: '1' };
  const { status, stdout, stderr } = spawnSync('python3', args, { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

let run: StoredRun;
beforeAll(async () => {
  run = await readRun(RUN);
});

describe('exports, read by the tools that they are for', () => {
  it('benchstat compares the environments', () => {
    const program = presentBenchstat(cacheDir());
    expect(program, 'benchstat is missing: npm run -s seebench -- setup --for-tests').not.toBeNull();
    const file = exported('benchstat', '--env', 'native,gvisor-systrap', '--case', 'true@quick');
    const said = execFileSync(join(program!.dir, 'benchstat'), [
      '-col',
      'environment',
      '-format',
      'csv',
      file,
    ]).toString();
    const row = summarize(run).find(
      (it) => it.case === 'true@quick' && it.environment === 'gvisor-systrap' && it.metric === 'wall_ns',
    )!;
    const cells = said
      .split('\n')
      .find((line) => line.startsWith('True@quick'))!
      .split(',');
    expect(Number(cells[1])).toBeCloseTo(row.native_median! / 1e9, 6);
    expect(Number(cells[3])).toBeCloseTo(row.median! / 1e9, 6);
    expect(said).toContain(`n=${row.n}`);
  });

  it('pyperf compares two environments', () => {
    const [a, b] = ['native', 'gvisor-systrap'].map((environment) => {
      const file = exported('pyperf', '--env', environment);
      // compare_to matches benchmarks by name.
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(` ${environment} `, ' '));
      return file;
    }) as [string, string];
    const said = python('pyperf', '-m', 'pyperf', 'compare_to', '--table', a, b);
    expect(said).toContain('true@quick wall_ns');
    expect(said).toMatch(/slower/);
  });

  it('the client of Prometheus reads every sample', () => {
    const file = exported('openmetrics');
    const program = [
      'import sys',
      'from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse',
      'families = list(parse(open(sys.argv[1]).read()))',
      'print(sum(len(f.samples) for f in families), sorted({f.unit for f in families}))',
    ].join('\n');
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(python('prometheus-client', '-c', program, file)).toBe(`${lines.length} ['', 'seconds']\n`);
  });

  it('pyarrow, pandas, polars and DuckDB read the tables, and find the same', async () => {
    for (const format of ['csv', 'arrow', 'parquet'])
      for (const table of ['trials', 'samples', 'summary']) {
        const file = exported(format, '--table', table);
        writeFileSync(join(out, `${table}.${format}`), readFileSync(file));
      }
    const program = `
import duckdb, pandas, polars, pyarrow.ipc, pyarrow.parquet
for table in ("trials", "samples", "summary"):
    base = f"/workload/{table}"
    arrow = pyarrow.ipc.open_file(f"{base}.arrow").read_all()
    parquet = pyarrow.parquet.read_table(f"{base}.parquet")
    csv = pandas.read_csv(f"{base}.csv")
    duck = duckdb.sql(f"select count(*) from '{base}.parquet'").fetchall()[0][0]
    polar = polars.read_parquet(f"{base}.parquet")
    assert arrow.column_names == parquet.column_names == list(csv.columns) == polar.columns, table
    number = {"trials": "wall_ns", "samples": "value", "summary": "ratio"}[table]
    sums = {round(float(x), -3) for x in (arrow.to_pandas()[number].sum(), parquet.to_pandas()[number].sum(), csv[number].sum(), polar[number].sum())}
    print(table, arrow.num_rows, parquet.num_rows, len(csv), duck, polar.height, len(sums))
`;
    const [one] = casesOf('python', 'smoke');
    const launch = await openNative([one!]);
    const { stdout, stderr } = await launch({ ...one!, workload: { ...one!.workload, dir: out } }, [
      '/usr/bin/python3',
      '-c',
      program,
    ]);
    expect(stderr).toBe('');
    const counts = { trials: run.trials.length, samples: run.samples.length, summary: summarize(run).length };
    expect(stdout.trim().split('\n')).toEqual(
      Object.entries(counts).map(([table, n]) => `${table} ${n} ${n} ${n} ${n} ${n} 1`),
    );
  });
});

describe('exports without a reader here hold what their formats ask for', () => {
  const values = (caseId: string, environment: string): number[] =>
    run.trials
      .filter((trial) => trial.caseId === caseId && trial.environmentId === environment)
      .map((trial) => trial.values['wall_ns']!);

  it('hyperfine: as its own scripts read it', () => {
    const { results } = JSON.parse(readFileSync(exported('hyperfine', '--case', 'true@quick'), 'utf8'));
    const one = results.find((it: { parameters: { environment: string } }) => it.parameters.environment === 'native');
    expect(one.times).toEqual(values('true@quick', 'native').map((ns) => ns * 1e-9));
    expect(one.median).toBeCloseTo(median(values('true@quick', 'native'))! / 1e9, 12);
    expect(Object.keys(one)).toEqual(
      expect.arrayContaining(['command', 'mean', 'stddev', 'min', 'max', 'user', 'system', 'exit_codes']),
    );
  });

  it('google-benchmark: one repetition a trial', () => {
    const { context, benchmarks } = JSON.parse(
      readFileSync(exported('google-benchmark', '--case', 'true@quick'), 'utf8'),
    );
    expect(context.num_cpus).toBe(run.manifest.fingerprint.cores);
    const own = benchmarks.filter((it: { name: string }) => it.name === 'true@quick native wall_ns');
    expect(own.map((it: { real_time: number }) => it.real_time)).toEqual(values('true@quick', 'native'));
    expect(own.map((it: { repetition_index: number }) => it.repetition_index)).toEqual(
      own.map((_: unknown, i: number) => i),
    );
  });

  it('github-action-benchmark: one direction a file; bencher: latency in nanoseconds', () => {
    const entries = JSON.parse(
      readFileSync(exported('github-action-benchmark', '--metric', 'wall_ns,throughput'), 'utf8'),
    );
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.every((it: { name: string; value: number; unit: string }) => it.unit === 'ns' && it.value > 0)).toBe(
      true,
    );
    const report = JSON.parse(readFileSync(exported('bencher', '--case', 'true@quick'), 'utf8'));
    expect(report['true@quick native'].latency.value).toBeCloseTo(median(values('true@quick', 'native'))!, 6);
  });

  it('say that there is nothing where there is nothing, and exit 3', () => {
    const said = spawnSync(
      process.execPath,
      [resolve('dist/cli/main.js'), 'export', RUN, '--format', 'hyperfine', '--env', 'gvisor-kvm'],
      { encoding: 'utf8' },
    );
    expect(said.status).toBe(3);
    expect(said.stderr).toContain('nothing-to-export');
    expect(said.stdout).toBe('');
  });
});
