import type { WorkloadClass } from '../../src/model/index.js';

/** A name that tries everything: HTML, a formula, Markdown, an expression, a path, a direction mark. */
export const HOSTILE =
  '=1+1|<img src=x onerror="window.pwned=1">`](javascript:alert(1)) {{datum}} ../../\u202eevil</script>';

/** A workload of the fixture. */
export interface Shape {
  readonly id: string;
  readonly title: string;
  readonly class: WorkloadClass;
  readonly headline: string;
  /** Native seconds of the headline, and factors of systrap, systrap-tuned, ptrace. */
  readonly native: number;
  readonly factors: readonly [number, number, number];
  readonly peakMiB: number;
}

/** The workloads of the quick suite, with sizes like those that were seen on a real host. */
type ShapeRow = [string, string, WorkloadClass, string, number, [number, number, number], number];
export const SHAPES: readonly Shape[] = (
  [
    ['true', '/bin/true', 'startup', 'wall_ns', 0.029, [3.1, 2.9, 2.6], 3],
    ['python', 'Bare Python', 'startup', 'wall_ns', 0.052, [3.0, 2.6, 3.3], 9],
    ['import-data', 'Import pandas, pyarrow, scikit-learn', 'startup', 'ready_ns', 1.0, [2.3, 1.7, 3.4], 180],
    ['import-snowpark', 'Import Snowpark', 'startup', 'ready_ns', 0.9, [2.5, 1.9, 4.8], 140],
    ['first-row', 'To the first computed row', 'startup', 'first_result_ns', 0.81, [2.4, 1.8, 3.2], 120],
    ['tpch-duckdb', 'TPC-H in DuckDB', 'data', 'iteration_ns', 0.62, [1.21, 1.12, 1.3], 700],
    ['tpch-polars', 'TPC-H in Polars', 'data', 'iteration_ns', 0.71, [1.45, 1.2, 1.5], 800],
    ['tpch-pandas', 'TPC-H in pandas', 'data', 'iteration_ns', 2.9, [0.78, 0.75, 0.8], 1500],
    ['flights', 'Flights: CSV to Parquet', 'data', 'throughput', 0.9, [1.15, 1.06, 1.25], 300],
    ['jsonl', 'JSON lines ingest', 'data', 'iteration_ns', 0.5, [1.04, 1.03, 1.06], 200],
    ['lightgbm-train', 'LightGBM training', 'ml', 'iteration_ns', 0.14, [5.1, 2.2, 4.6], 250],
    ['sklearn-train', 'scikit-learn training', 'ml', 'iteration_ns', 0.8, [2.9, 2.1, 2.2], 260],
    ['sklearn-infer', 'scikit-learn inference', 'ml', 'iteration_ns', 0.11, [1.08, 1.05, 1.1], 200],
    ['onnx-infer', 'ONNX Runtime inference', 'ml', 'iteration_ns', 0.32, [1.02, 1.01, 1.02], 210],
    ['snowpark-dataframe', 'Snowpark DataFrame operations', 'snowpark', 'iteration_ns', 0.4, [1.3, 1.2, 1.6], 190],
    ['snowpark-udf', HOSTILE, 'snowpark', 'iteration_ns', 0.22, [1.05, 1.04, 1.2], 190],
    ['list-append', 'List append', 'system', 'iteration_ns', 1.1, [1.4, 1.3, 1.5], 2100],
    ['zero-pages', 'Reading untouched memory', 'system', 'iteration_ns', 0.09, [2.4, 2.3, 2.6], 15],
    ['small-files', 'Many small files', 'system', 'iteration_ns', 0.3, [3.8, 2.1, 6.4], 40],
    ['pipes', 'Pipes between processes', 'system', 'iteration_ns', 0.2, [4.2, 3.9, 11.8], 30],
    ['joblib', 'joblib worker pool', 'system', 'wall_ns', 0.7, [2.2, 2.0, 3.0], 350],
    ['syscalls', 'Syscall micro-suite', 'system', 'syscall_ns/getppid', 2.3e-7, [3.2, 3.1, 61], 4],
  ] satisfies ShapeRow[]
).map(([id, title, klass, headline, native, factors, peakMiB]) => ({
  id,
  title,
  class: klass,
  headline,
  native,
  factors,
  peakMiB,
}));

/** Operation, native nanoseconds, and how much dearer than getppid it is in gVisor. */
export const SYSCALLS: readonly (readonly [string, number, number])[] = [
  ['getppid', 230, 1],
  ['clock_gettime', 45, 0.4],
  ['stat', 1500, 2],
  ['open_close', 2300, 3],
  ['read_4k', 600, 2.5],
  ['write_pipe', 900, 2],
  ['mmap_munmap', 1600, 9],
  ['mmap_touch_1m', 16000, 8],
  ['fork_wait', 700_000, 13],
  ['futex_wake', 280, 1.6],
  ['socketpair_rt', 5200, 3],
  ['epoll_wait', 380, 1.4],
  ['getdents', 2800, 5],
  ['dup', 260, 1.1],
  ['brk', 500, 2],
  ['sched_yield', 320, 1.3],
  ['pread', 580, 2.2],
  ['lseek', 210, 1.2],
  ['fstat', 420, 1.4],
  ['unlink', 5200, 4],
  ['rename', 6100, 4.4],
  ['mkdir_rmdir', 9000, 5],
  ['nanosleep', 53_000, 1.2],
  ['signal_self', 1200, 4.5],
  ['thread_create', 21_000, 3.6],
];
