import { oneLine, type RunManifest } from '../../model/index.js';
import { median, quantile } from '../../stats/index.js';
import type { ExportSeries } from './series.js';

/** Turns series into one format's text. */
export type Exporter = (series: readonly ExportSeries[], manifest: RunManifest) => string;

const NS = 1e-9;
const values = ({ trials }: ExportSeries): number[] => trials.map(({ value }) => value);
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

function stddev(list: readonly number[]): number | null {
  if (list.length < 2) return null;
  const center = mean(list);
  return Math.sqrt(list.reduce((sum, value) => sum + (value - center) ** 2, 0) / (list.length - 1));
}

const nameOf = ({ info, environment, metric }: ExportSeries): string => `${info.id} ${environment} ${metric}`;

/**
 * Go's benchmark format (https://go.dev/design/14313-benchmark-format): a configuration line names the environment, so that
 * `benchstat -col environment` compares; a line a trial.
 */
export const benchstat: Exporter = (series, { fingerprint }) => {
  const lines = [`cpu: ${oneLine(fingerprint.cpuModel, 100)}`, `pkg: seebench`];
  for (const environment of new Set(series.map((one) => one.environment))) {
    lines.push('', `environment: ${oneLine(environment, 100)}`);
    for (const one of series.filter((it) => it.environment === environment)) {
      const unit =
        one.unit === 'ns'
          ? 'ns/op'
          : one.unit === 'bytes'
            ? 'B'
            : oneLine(one.unit, 40).replaceAll(/\s+/g, '_') || 'count';
      const name = `Benchmark${capitalised(goName(one.info.id))}/metric=${goName(one.metric)}`;
      for (const value of values(one)) lines.push(`${name} 1 ${plainNumber(value)} ${unit}`);
    }
  }
  return `${lines.join('\n')}\n`;
};

/** Names of Go benchmarks end at white space; `/` separates parts, and `-8` at the end would be a number of CPUs. */
function goName(text: string): string {
  return oneLine(text, 200)
    .replaceAll(/[\s/=]+/g, '_')
    .replace(/-(\d+)$/, '_$1');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Without an exponent, which some readers do not take. */
function plainNumber(value: number): string {
  return Math.abs(value) >= 1e21
    ? BigInt(Math.round(value)).toString()
    : Number(value.toPrecision(15)).toString().includes('e')
      ? value.toFixed(12)
      : String(value);
}

/** hyperfine's `--export-json`: seconds; only for times. */
export const hyperfine: Exporter = (series) =>
  json({
    results: series.filter(isTime).map((one) => {
      const times = values(one).map((value) => value * NS);
      const of = (pick: (trial: ExportSeries['trials'][number]) => number | null): number => {
        const known = one.trials.map(pick).filter((value) => value !== null);
        return known.length === 0 ? 0 : mean(known) * NS;
      };
      return {
        command: nameOf(one),
        mean: mean(times),
        stddev: stddev(times),
        median: median(times),
        user: of(({ userNs }) => userNs),
        system: of(({ systemNs }) => systemNs),
        min: Math.min(...times),
        max: Math.max(...times),
        times,
        memory_usage_byte: one.trials.map(({ peakBytes }) => peakBytes ?? 0),
        exit_codes: times.map(() => 0),
        parameters: { case: one.info.id, environment: one.environment, metric: one.metric },
      };
    }),
  });

/** pyperf's JSON, version 1.0: one run a trial, for a pyperf run is a process of its own. */
export const pyperf: Exporter = (series, { fingerprint, seebenchVersion }) =>
  json({
    benchmarks: series.map((one) => {
      const factor = one.unit === 'ns' ? NS : 1;
      const unit = one.unit === 'ns' ? 'second' : one.unit === 'bytes' ? 'byte' : 'integer';
      return {
        metadata: { name: nameOf(one), unit, loops: 1, inner_loops: 1 },
        runs: one.trials.map(({ value, startedAtMs }) => ({
          metadata: { date: isoTime(startedAtMs).slice(0, 19).replace('T', ' ') },
          // pyperf refuses 0, and whole numbers are whole.
          values: [unit === 'integer' ? Math.max(1, Math.round(value)) : Math.max(Number.MIN_VALUE, value * factor)],
        })),
      };
    }),
    metadata: { cpu_model_name: fingerprint.cpuModel, platform: fingerprint.kernel, seebench_version: seebenchVersion },
    version: '1.0',
  });

/** github-action-benchmark's custom format. One direction a file: `customSmallerIsBetter` or `customBiggerIsBetter`. */
export const githubActionBenchmark: Exporter = (series) =>
  json(
    series.map((one) => {
      const { row } = one;
      const center = median(values(one))!;
      const half = row.median_low === null || row.median_high === null ? null : (row.median_high - row.median_low) / 2;
      return {
        name: nameOf(one),
        unit: one.unit,
        value: center,
        ...(half === null ? {} : { range: `± ${half.toPrecision(3)}` }),
        extra: [
          `n = ${one.trials.length}`,
          ...(row.ratio === null ? [] : [`${row.ratio.toPrecision(4)} × native`]),
        ].join(', '),
      };
    }),
  );

/** Bencher metric format: measures are named in words with dashes; `latency` is nanoseconds, `throughput` a rate. */
export const bencher: Exporter = (series) => {
  const report: Record<string, Record<string, unknown>> = {};
  for (const one of series) {
    const name = `${one.info.id} ${one.environment}`;
    const measure =
      one.metric === one.info.headline && one.unit === 'ns' ? 'latency' : one.metric.replaceAll(/[^a-z0-9]+/gi, '-');
    const { median_low: low, median_high: high } = one.row;
    (report[name] ??= {})[measure] = {
      value: median(values(one)),
      ...(low === null || high === null ? {} : { lower_value: low, upper_value: high }),
    };
  }
  return json(report);
};

/** Google Benchmark's `--benchmark_format=json`: each trial a repetition; only for times. */
export const googleBenchmark: Exporter = (series, { fingerprint, timing }) =>
  json({
    context: {
      date: isoTime(timing.startedAtMs),
      host_name: fingerprint.hostname ?? '',
      executable: 'seebench',
      num_cpus: fingerprint.cores,
      mhz_per_cpu: 0,
      cpu_scaling_enabled: fingerprint.governor !== null && fingerprint.governor !== 'performance',
      caches: [],
      load_avg: [],
      library_build_type: 'release',
    },
    benchmarks: series.filter(isTime).flatMap((one, family) =>
      one.trials.map(({ value, userNs, systemNs }, repetition) => ({
        name: nameOf(one),
        family_index: family,
        per_family_instance_index: 0,
        run_name: nameOf(one),
        run_type: 'iteration',
        repetitions: one.trials.length,
        repetition_index: repetition,
        threads: 1,
        iterations: 1,
        real_time: value,
        cpu_time: userNs === null || systemNs === null ? value : userNs + systemNs,
        time_unit: 'ns',
      })),
    ),
  });

/** OpenMetrics text: a gauge a metric in base units, the median, its interval as further series, and n. */
export const openmetrics: Exporter = (series) => {
  const families = new Map<string, { unit: string; help: string; lines: string[] }>();
  for (const one of series) {
    const [factor, unit] = one.unit === 'ns' ? [NS, 'seconds'] : [1, one.unit === 'bytes' ? 'bytes' : ''];
    const base = `seebench_${one.metric.replace(/_(ns|bytes)$/, '').replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
    const name = unit === '' ? base : `${base}_${unit}`;
    const family = families.get(name) ?? { unit, help: `${one.metric}, median of trials`, lines: [] };
    families.set(name, family);
    const labels = (statistic: string): string =>
      `{case="${label(one.info.id)}",environment="${label(one.environment)}",statistic="${statistic}"}`;
    const put = (statistic: string, value: number | null): void => {
      if (value !== null) family.lines.push(`${name}${labels(statistic)} ${value}`);
    };
    const scaled = (value: number | null): number | null => (value === null ? null : value * factor);
    put('median', scaled(median(values(one))));
    put('low', scaled(one.row.median_low));
    put('high', scaled(one.row.median_high));
    put('p05', scaled(quantile(values(one), 0.05)));
    put('p95', scaled(quantile(values(one), 0.95)));
    const ratios = families.get('seebench_ratio') ?? {
      unit: '',
      help: 'environment over native inside blocks',
      lines: [],
    };
    families.set('seebench_ratio', ratios);
    if (one.row.ratio !== null)
      ratios.lines.push(
        `seebench_ratio{case="${label(one.info.id)}",environment="${label(one.environment)}",metric="${label(one.metric)}"} ${one.row.ratio}`,
      );
  }
  const text = [...families]
    .filter(([, { lines }]) => lines.length > 0)
    .flatMap(([name, { unit, help, lines }]) => [
      `# TYPE ${name} gauge`,
      ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
      `# HELP ${name} ${label(help)}`,
      ...lines,
    ]);
  return `${[...text, '# EOF'].join('\n')}\n`;
};

function label(text: string): string {
  return oneLine(text, 200).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** A damaged file may hold any number: beyond what dates can be, the beginning of time. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}

function isTime({ unit }: ExportSeries): boolean {
  return unit === 'ns';
}
