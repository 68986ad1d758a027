import { MARK_NAMES, type EnvironmentRecord, type MarkName, type Outcome, type Trial } from '../../src/model/index.js';
import type { StoredRun } from '../../src/store/index.js';
import { rng } from '../../src/stats/index.js';
import { HOSTILE, SHAPES, SYSCALLS, type Shape } from './fixture-cases.js';
import { manifestOf, record } from './fixture-manifest.js';

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
  const environments = (
    options.environments ?? ['native', 'gvisor-systrap', 'gvisor-systrap-tuned', 'gvisor-ptrace', 'gvisor-kvm']
  ).map(record);
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
          id: `${block}-${shape.id}-${environment.id}`,
          sequence,
          block,
          position,
          caseId,
          environmentId: environment.id,
          outcome,
          startedAtMs: 1_795_000_000_000 + sequence * 4000,
          ...measuresOf(shape, environment, scale, random),
          clockErrorNs: 41_000,
          samples: [],
          digest: shape.class === 'startup' ? null : 'sha256:' + 'ab'.repeat(32),
          exitCode: outcome.kind === 'completed' ? 0 : 1,
          signal: null,
          inside: null,
          outputBytes: 0,
          warnings: [],
        });
        if (outcome.kind !== 'completed') return;
        if (shape.headline === 'iteration_ns') {
          for (let i = 0; i < iterations; i++)
            columns.add(sequence, 'iteration_ns', 'ns', i, shape.native * 1e9 * scale * (1 + random() * 0.03));
        }
        if (shape.headline === 'throughput')
          columns.add(sequence, 'throughput', 'rows/s', 0, 336_776 / (shape.native * scale));
        if (shape.id === 'syscalls') {
          for (const [name, ns, weight] of SYSCALLS) {
            const own = environment.id === 'native' ? 1 : 1 + (factor - 1) * (weight / 1.5) ** 0.7;
            for (let i = 0; i < iterations; i++)
              columns.add(sequence, `syscall_ns/${name}`, 'ns', i, ns * own * (1 + random() * 0.1));
          }
        }
      });
    }
  }
  return {
    dir: '/nowhere',
    manifest: manifestOf(environments, blocks, options.emulated ?? false),
    trials,
    samples: columns.done(),
    watch: [],
    truncated: false,
  };
}

function factorOf(shape: Shape, environment: EnvironmentRecord, random: () => number): number {
  if (environment.id === 'native') return 1;
  const index = environment.platform === 'ptrace' ? 2 : environment.profile.id === 'tuned' ? 1 : 0;
  // An older version: files were dearer, /bin/true was cheaper.
  const old = environment.id.includes('@') ? ({ true: 0.8, 'small-files': 2.5 }[shape.id] ?? 1.3) : 1;
  const factor = shape.factors[index] * old;
  // systrap's fast path comes and goes from one launch to the next.
  const slow =
    environment.platform === 'systrap' && ['syscalls', 'pipes', 'lightgbm-train'].includes(shape.id) && random() < 0.4;
  return slow ? factor * (shape.id === 'syscalls' ? 9 : 1.9) : factor;
}

function outcomeOf(shape: Shape, environment: string, block: number): Outcome {
  if (shape.id === 'joblib' && environment === 'gvisor-ptrace')
    return { kind: 'timed-out', afterMs: 60_000, reason: 'no end after 60 s; killed' };
  if (shape.id === 'jsonl' && environment === 'gvisor-systrap-tuned' && block === 1) {
    return { kind: 'failed', exitCode: 1, reason: `exit code 1: ${HOSTILE}` };
  }
  return { kind: 'completed' };
}

function measuresOf(
  shape: Shape,
  environment: EnvironmentRecord,
  scale: number,
  random: () => number,
): Pick<Trial, 'wallNs' | 'marks' | 'values'> {
  const gvisor = environment.runtime === 'runsc';
  const start = (gvisor ? 0.075 : 0.016) * (1 + random() * 0.2);
  const work = shape.class === 'startup' ? Math.max(0.002, shape.native * scale - start) : shape.native * scale * 4;
  const at: Record<MarkName, number> = {
    spawn: 0,
    guest: start,
    interpreter: start + work * 0.1,
    imports: start + work * 0.85,
    first_result: start + work * 0.9,
    done: start + work,
    deleted: start + work + (gvisor ? 0.014 : 0.008),
  };
  const absent: readonly MarkName[] =
    shape.id === 'true'
      ? ['interpreter', 'imports', 'first_result', 'done']
      : shape.id === 'python'
        ? ['imports', 'first_result']
        : [];
  const marks = Object.fromEntries(
    MARK_NAMES.filter((name) => !absent.includes(name)).map((name) => [name, Math.round(at[name] * 1e9)]),
  );
  const wall = Math.round(at.deleted * 1e9);
  const peak = shape.id === 'zero-pages' && gvisor ? 1041 : shape.peakMiB + (gvisor ? 22 : 0);
  const values = {
    wall_ns: wall,
    startup_ns: marks['guest']!,
    ...('imports' in marks ? { ready_ns: marks['imports'] } : {}),
    ...('first_result' in marks ? { first_result_ns: marks['first_result'] } : {}),
    cpu_ns: Math.round(wall * (gvisor ? 1.3 : 0.95)),
    peak_bytes: Math.round(peak * 2 ** 20 * (1 + random() * 0.02)),
    vmas: Math.round((shape.id === 'list-append' && gvisor ? 314 : 105) * (1 + random() * 0.05)),
    faults: Math.round(wall / 30_000),
    ctx_switches: Math.round(wall / 200_000),
  };
  return { wallNs: wall, marks, values };
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
      length: rows.length,
      metrics: this.#metrics,
      units: this.#units,
      trialIndex: Int32Array.from(rows, (row) => row[0]),
      codes: Int32Array.from(rows, (row) => row[1]),
      iteration: Int32Array.from(rows, (row) => row[2]),
      value: Float64Array.from(rows, (row) => row[3]),
    };
  }
}
