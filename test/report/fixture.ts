import {
  MARK_NAMES, SCHEMA_VERSION, type CaseInfo, type EnvironmentRecord, type MarkName, type Outcome, type Platform, type Profile, type RunManifest,
  type Trial, type WorkloadClass,
} from '../../src/model/index.js';
import type { StoredRun } from '../../src/store/index.js';
import { rng } from '../../src/stats/index.js';

/** A name that tries everything: HTML, a formula, Markdown, an expression, a path, a direction mark. */
export const HOSTILE = '=1+1|<img src=x onerror="window.pwned=1">`](javascript:alert(1)) {{datum}} ../../\u202eevil</script>';

const PROFILE: Profile = {
  id: 'default', description: 'As gVisor comes.', isolation: 'same', runscFlags: [], annotations: [], guestEnv: [], hostSettings: [],
  rootfs: 'directory',
};
const TUNED: Profile = { ...PROFILE, id: 'tuned', runscFlags: [{ name: 'overlay2', value: 'root:memory', reason: 'no writes to the host' }] };

interface Shape {
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
const SHAPES: readonly Shape[] = ([
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
] satisfies ShapeRow[]).map(([id, title, klass, headline, native, factors, peakMiB]) => ({ id, title, class: klass, headline, native, factors, peakMiB }));

const SYSCALLS: readonly (readonly [string, number, number])[] = [
  ['getppid', 230, 1], ['clock_gettime', 45, 0.4], ['stat', 1500, 2], ['open_close', 2300, 3], ['read_4k', 600, 2.5], ['write_pipe', 900, 2],
  ['mmap_munmap', 1600, 9], ['mmap_touch_1m', 16000, 8], ['fork_wait', 700_000, 13], ['futex_wake', 280, 1.6], ['socketpair_rt', 5200, 3], ['epoll_wait', 380, 1.4],
  ['getdents', 2800, 5], ['dup', 260, 1.1], ['brk', 500, 2], ['sched_yield', 320, 1.3], ['pread', 580, 2.2], ['lseek', 210, 1.2],
  ['fstat', 420, 1.4], ['unlink', 5200, 4], ['rename', 6100, 4.4], ['mkdir_rmdir', 9000, 5], ['nanosleep', 53_000, 1.2], ['signal_self', 1200, 4.5], ['thread_create', 21_000, 3.6],
];

export interface FixtureOptions {
  readonly blocks?: number;
  readonly emulated?: boolean;
  /** Iterations per trial; samples in all ≈ this × trials. */
  readonly iterations?: number;
  readonly environments?: readonly string[];
  readonly seed?: number;
}

/** A run as it could have been: bimodal systrap, one timed-out and one failed case, KVM unavailable, a hostile name. */
export function fixtureRun(options: FixtureOptions = {}): StoredRun {
  const { blocks = 7, iterations = 3 } = options;
  const random = rng(options.seed ?? 7);
  const environments = (options.environments ?? ['native', 'gvisor-systrap', 'gvisor-systrap-tuned', 'gvisor-ptrace', 'gvisor-kvm']).map(record);
  const measured = environments.filter((environment) => environment.probe.status === 'available');
  const trials: Trial[] = [];
  const columns = new Columns();
  for (const shape of SHAPES) {
    const size = shape.class === 'startup' ? blocks * 2 : shape.id.startsWith('tpch') ? 3 : blocks;
    for (let block = 0; block < size; block++) {
      const drift = 1 + (random() - 0.5) * 0.2;
      measured.forEach((environment, position) => {
        const sequence = trials.length;
        const factor = factorOf(shape, environment, random);
        const scale = drift * factor * (1 + (random() - 0.5) * 0.06);
        const outcome = outcomeOf(shape, environment.id, block);
        const caseId = `${shape.id}@quick`;
        trials.push({
          id: `${block}-${shape.id}-${environment.id}`, sequence, block, position, caseId, environmentId: environment.id, outcome,
          startedAtMs: 1_795_000_000_000 + sequence * 4000,
          ...measuresOf(shape, environment, scale, random),
          clockErrorNs: 41_000, samples: [], digest: shape.class === 'startup' ? null : 'sha256:' + 'ab'.repeat(32),
          exitCode: outcome.kind === 'completed' ? 0 : 1, signal: null, inside: null, outputBytes: 0, warnings: [],
        });
        if (outcome.kind !== 'completed') return;
        if (shape.headline === 'iteration_ns') {
          for (let i = 0; i < iterations; i++) columns.add(sequence, 'iteration_ns', 'ns', i, shape.native * 1e9 * scale * (1 + random() * 0.03));
        }
        if (shape.headline === 'throughput') columns.add(sequence, 'throughput', 'rows/s', 0, 336_776 / (shape.native * scale));
        if (shape.id === 'syscalls') {
          for (const [name, ns, weight] of SYSCALLS) {
            const own = environment.id === 'native' ? 1 : 1 + (factor - 1) * (weight / 1.5) ** 0.7;
            for (let i = 0; i < iterations; i++) columns.add(sequence, `syscall_ns/${name}`, 'ns', i, ns * own * (1 + random() * 0.1));
          }
        }
      });
    }
  }
  return { dir: '/nowhere', manifest: manifestOf(environments, blocks, options.emulated ?? false), trials, samples: columns.done(), watch: [], truncated: false };
}

function factorOf(shape: Shape, environment: EnvironmentRecord, random: () => number): number {
  if (environment.id === 'native') return 1;
  const index = environment.platform === 'ptrace' ? 2 : environment.profile.id === 'tuned' ? 1 : 0;
  const factor = shape.factors[index]!;
  // systrap's fast path comes and goes from one launch to the next.
  const slow = environment.platform === 'systrap' && ['syscalls', 'pipes', 'lightgbm-train'].includes(shape.id) && random() < 0.4;
  return slow ? factor * (shape.id === 'syscalls' ? 9 : 1.9) : factor;
}

function outcomeOf(shape: Shape, environment: string, block: number): Outcome {
  if (shape.id === 'joblib' && environment === 'gvisor-ptrace') return { kind: 'timed-out', afterMs: 60_000, reason: 'no end after 60 s; killed' };
  if (shape.id === 'jsonl' && environment === 'gvisor-systrap-tuned' && block === 1) {
    return { kind: 'failed', exitCode: 1, reason: `exit code 1: ${HOSTILE}` };
  }
  return { kind: 'completed' };
}

function measuresOf(shape: Shape, environment: EnvironmentRecord, scale: number, random: () => number): Pick<Trial, 'wallNs' | 'marks' | 'values'> {
  const gvisor = environment.runtime === 'runsc';
  const start = (gvisor ? 0.075 : 0.016) * (1 + random() * 0.2);
  const work = shape.class === 'startup' ? Math.max(0.002, shape.native * scale - start) : shape.native * scale * 4;
  const at: Record<MarkName, number> = {
    spawn: 0, guest: start, interpreter: start + work * 0.1, imports: start + work * 0.85, first_result: start + work * 0.9, done: start + work,
    deleted: start + work + (gvisor ? 0.014 : 0.008),
  };
  const absent: readonly MarkName[] = shape.id === 'true' ? ['interpreter', 'imports', 'first_result', 'done'] : shape.id === 'python' ? ['imports', 'first_result'] : [];
  const marks = Object.fromEntries(MARK_NAMES.filter((name) => !absent.includes(name)).map((name) => [name, Math.round(at[name] * 1e9)]));
  const wall = Math.round(at.deleted * 1e9);
  const peak = shape.id === 'zero-pages' && gvisor ? 1041 : shape.peakMiB + (gvisor ? 22 : 0);
  const values = {
    wall_ns: wall, startup_ns: marks['guest']!, ...('imports' in marks ? { ready_ns: marks['imports']! } : {}),
    ...('first_result' in marks ? { first_result_ns: marks['first_result']! } : {}),
    cpu_ns: Math.round(wall * (gvisor ? 1.3 : 0.95)), peak_bytes: Math.round(peak * 2 ** 20 * (1 + random() * 0.02)),
    vmas: Math.round((shape.id === 'list-append' && gvisor ? 314 : 105) * (1 + random() * 0.05)), faults: Math.round(wall / 30_000), ctx_switches: Math.round(wall / 200_000),
  };
  return { wallNs: wall, marks, values };
}

function record(id: string): EnvironmentRecord {
  const platform: Platform | null = id.includes('systrap') ? 'systrap' : id.includes('ptrace') ? 'ptrace' : id.includes('kvm') ? 'kvm' : null;
  const base = {
    id, platform, runtime: platform === null ? ('runc' as const) : ('runsc' as const), profile: id.endsWith('tuned') ? TUNED : PROFILE,
    binary: null, version: platform === null ? '1.1.5' : 'v0.0.0-20260905035102-160fafc42237',
  };
  if (platform === 'kvm') {
    const log = 'D1123 19:00:01.000001  17 task_run.go:312] boot: EXEC\n<script>window.pwned=1</script>\nW1123 19:00:08.1 no progress';
    return { ...base, probe: { status: 'unavailable', reason: 'the guest never ran: killed after 8 s; /dev/kvm opens, but nested virtualisation hangs at boot', log, launchMs: 8000 } };
  }
  const inside = {
    kernelRelease: platform === null ? '6.18.0' : '4.19.0-gvisor', kernelVersion: '#1 SMP', machine: 'x86_64', cpus: 2, memTotalBytes: 2 ** 31, uid: 0, platform,
  };
  return { ...base, probe: { status: 'available', launchMs: platform === null ? 29 : 90, inside } };
}

function manifestOf(environments: readonly EnvironmentRecord[], blocks: number, emulated: boolean): RunManifest {
  const cases = SHAPES.map((shape): CaseInfo => ({
    id: `${shape.id}@quick`, workload: shape.id, title: shape.title, class: shape.class, description: `What ${shape.id} does.`, size: 'quick',
    headline: shape.headline, headlineBetter: shape.headline === 'throughput' ? 'higher' : 'lower', workUnit: shape.id === 'flights' ? 'rows' : null, params: { rows: 1000 },
  }));
  return {
    schemaVersion: SCHEMA_VERSION, id: '20261123-190000-quick', seebenchVersion: '0.1.0',
    state: { kind: 'complete', finishedAtMs: 1_795_000_900_000 },
    plan: { suite: 'quick', seed: 42, budgetMs: 900_000, blocks: null, minBlocks: 3, cases, environments: environments.map(({ id }) => id) },
    fingerprint: {
      id: 'sha256:1f2e3d4c5b6a', cpuModel: emulated ? 'QEMU TCG CPU' : 'AMD EPYC 9R45', cpuVendor: 'AuthenticAMD', cores: 2, arch: 'x64', memoryBytes: 24 * 2 ** 30,
      kernel: '6.18.0', distro: 'Debian GNU/Linux 12', virtualization: emulated ? 'qemu' : 'amazon', emulated, cgroup: 'hybrid', thp: 'madvise', shmemThp: 'never',
      governor: null, mitigations: { spectre_v2: 'Mitigation: Enhanced IBRS', meltdown: 'Not affected' }, rootless: false, hostname: null,
    },
    environments,
    digests: { rootfs: `sha256:${'0a'.repeat(32)}`, wheels: `sha256:${'1b'.repeat(32)}`, 'data/flights': `sha256:${'2c'.repeat(32)}` },
    calibration: { spawnNs: [1_400_000, 1_450_000, 1_420_000, 1_500_000], clockNs: [38, 40, 41, 39] },
    timing: { startedAtMs: 1_795_000_000_000, measuringMs: 871_000, inTrialsMs: 812_000 },
    warnings: [{ code: 'host-busy', message: 'load average 1.9 on 2 cores before block 3 of tpch-duckdb@quick', remedy: 'stop what else runs on this host' }],
    command: `seebench run --suite quick --budget ${Math.round(blocks)}m`,
  };
}

/** Samples in columns, grown as they come. */
class Columns {
  readonly #rows: [trial: number, code: number, iteration: number, value: number][] = [];
  readonly #metrics: string[] = [];
  readonly #units: string[] = [];

  add(trial: number, metric: string, unit: string, iteration: number, value: number): void {
    let code = this.#metrics.indexOf(metric);
    if (code === -1) {
      code = this.#metrics.push(metric) - 1;
      this.#units.push(unit);
    }
    this.#rows.push([trial, code, iteration, value]);
  }

  done(): StoredRun['samples'] {
    const rows = this.#rows;
    return {
      length: rows.length, metrics: this.#metrics, units: this.#units,
      trialIndex: Int32Array.from(rows, (row) => row[0]), codes: Int32Array.from(rows, (row) => row[1]),
      iteration: Int32Array.from(rows, (row) => row[2]), value: Float64Array.from(rows, (row) => row[3]),
    };
  }
}
