import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingValue, withSettings, type EnvironmentSpec } from '../config/index.js';
import {
  NATIVE,
  SeebenchError,
  type Case,
  type CatalogueSetting,
  type Cell,
  type CliffResult,
} from '../model/index.js';
import { writeCliffReport } from '../report/index.js';
import { writeCliffs, type StoredRun } from '../store/index.js';
import { cellsToMend, cellText, cliffResult } from '../study/index.js';
import { specNamed } from './pilot.js';
import { REPORTS_DIR } from './places.js';
import { say } from './print.js';
import { measureStage, type Stage, type TuneRequest } from './tune-measure.js';

/** Cells of a platform in which settings are tried. */
const MENDED = 2;

/** What was asked of `tune cliffs`. */
export interface CliffRequest extends Pick<TuneRequest, 'seed' | 'suite' | 'out' | 'catalogue' | 'allowHostSettings'> {
  /** The case whose threads are swept. */
  readonly one: Case;
  readonly threads: readonly number[];
  readonly cpus: readonly number[];
  /** gVisor with its defaults, on each platform. */
  readonly platforms: readonly string[];
  readonly blocks: number;
  /** What is tried at the cliffs. */
  readonly settings: readonly CatalogueSetting[];
}

/**
 * Launches a threaded case with every number of threads on every number of CPUs, natively and in gVisor, the same on both sides; finds where the
 * overhead jumps; and tries settings there.
 * @returns what was found and its page; `null` when it was interrupted
 * @throws SeebenchError `no-threads`, `too-few-cpus`
 */
export async function cliffs(
  request: CliffRequest,
): Promise<{ readonly result: CliffResult; readonly page: string } | null> {
  const { platforms, catalogue } = request;
  const usable = cpusOf(readFileSync('/proc/self/status', 'utf8'));
  const cells = cellCases(request, usable);
  const native = specNamed(NATIVE, catalogue);
  const specs = platforms.map((id) => specNamed(id, catalogue));
  for (const { id, runtime, profile } of specs)
    if (runtime !== 'runsc' || profile.id !== 'default')
      throw new SeebenchError(
        'usage',
        `${id} is not gVisor with its defaults`,
        'give --env gvisor-systrap, gvisor-ptrace or gvisor-kvm',
      );
  const { cells: record, ...stage } = stageOf(cells, request.blocks);
  const sweep = await measureStage(request, {
    ...stage,
    specs: [native, ...specs],
    record: { cliffs: { platforms, cells: record, settings: {} } },
    seedStep: 0,
    name: '',
  });
  if (sweep === null) return null;
  // What an interruption later on leaves behind.
  await writeCliffs(sweep.dir, cliffResult(sweep, null));
  const tried = await trySettings(request, sweep, cells, native, specs);
  if (tried === 'interrupted') return null;
  const result = cliffResult(sweep, tried);
  await writeCliffs(sweep.dir, result);
  const page = await writeCliffReport(result, sweep.manifest.fingerprint, join(REPORTS_DIR, sweep.manifest.id));
  return { result, page };
}

/** The settings, each beside its platform's defaults and native, in the cells that are to be mended. @returns `null` where there is nothing to try */
async function trySettings(
  request: CliffRequest,
  sweep: StoredRun,
  cells: readonly CellCase[],
  native: EnvironmentSpec,
  platforms: readonly EnvironmentSpec[],
): Promise<StoredRun | null | 'interrupted'> {
  const found = cliffResult(sweep, null);
  const mend = cellsToMend(found.cells, found.cliffs, MENDED);
  const arms = platforms.flatMap((base) => armsOn(base, request.settings));
  const isHere = (base: EnvironmentSpec, { threads, cpus }: Cell): boolean =>
    mend.get(base.id)?.some((it) => it.threads === threads && it.cpus === cpus) ?? false;
  const chosen = cells.filter(({ cell }) => platforms.some((base) => isHere(base, cell)));
  if (arms.length === 0 || chosen.length === 0) return null;
  say(`trying ${arms.length} settings with ${chosen.map(({ cell }) => cellText(cell)).join('; ')}`);
  const only = chosen.map(({ case: { id }, cell }) => {
    const here = platforms.filter((base) => isHere(base, cell)).map((base) => base.id);
    const own = arms.filter(({ platform }) => here.includes(platform)).map(({ spec }) => spec.id);
    return [id, [NATIVE, ...here, ...own]] as const;
  });
  const { cells: record, ...stage } = stageOf(chosen, request.blocks);
  const settings = arms.map(({ spec, setting, platform }) => {
    return [spec.id, { setting: setting.id, platform, value: settingValue(setting) }] as const;
  });
  const made = await measureStage(request, {
    ...stage,
    specs: [native, ...platforms, ...arms.map(({ spec }) => spec)],
    record: {
      cliffs: {
        platforms: request.platforms,
        cells: record,
        settings: Object.fromEntries(settings),
        only: Object.fromEntries(only),
      },
    },
    seedStep: 1,
    name: 'settings',
  });
  return made ?? 'interrupted';
}

/** What can be tried on a platform. */
function armsOn(
  base: EnvironmentSpec,
  settings: readonly CatalogueSetting[],
): { readonly platform: string; readonly setting: CatalogueSetting; readonly spec: EnvironmentSpec }[] {
  return settings
    .filter(({ platforms }) => platforms === null || platforms.some((it) => it === base.platform))
    .map((setting) => {
      const profile = { ...withSettings(base.profile, setting), id: `with-${setting.id}` };
      return { platform: base.id, setting, spec: { ...base, id: `${base.id}-with-${setting.id}`, profile } };
    });
}

function stageOf(
  cells: readonly CellCase[],
  blocks: number,
): Pick<Stage, 'cases' | 'plan' | 'minBlocks'> & { readonly cells: Record<string, Cell> } {
  return {
    cases: cells.map((it) => it.case),
    plan: { blocks },
    minBlocks: blocks,
    cells: Object.fromEntries(cells.map(({ case: { id }, cell }) => [id, cell])),
  };
}

/** A cell as a case of its own. */
interface CellCase {
  readonly cell: Cell;
  readonly case: Case;
}

function cellCases({ one, threads, cpus }: CliffRequest, usable: readonly number[]): CellCase[] {
  if (typeof one.spec.params['threads'] !== 'number')
    throw new SeebenchError(
      'no-threads',
      `the number of threads of ${one.workload.id} is not a parameter`,
      'choose a workload whose manifest has `threads` among its params',
    );
  const most = Math.max(...cpus);
  if (most > usable.length)
    throw new SeebenchError(
      'too-few-cpus',
      `${most} CPUs were asked for, and this process may use ${usable.length}`,
      'give fewer with --cpus',
    );
  return cpus.flatMap((count) =>
    threads.map((number): CellCase => {
      const { workload, size, spec } = one;
      return {
        cell: { threads: number, cpus: count },
        case: {
          ...one,
          id: `${workload.id}/t${number}-c${count}@${size}`,
          spec: { ...spec, params: { ...spec.params, threads: number }, cpuSet: usable.slice(0, count).join(',') },
        },
      };
    }),
  );
}

/** The CPUs that a process may run on: `0-2,5` of its status. */
export function cpusOf(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number) as [number, number?];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
