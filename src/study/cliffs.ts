import {
  NATIVE,
  SCHEMA_VERSION,
  type Cell,
  type CellOverhead,
  type Cliff,
  type CliffRecord,
  type CliffResult,
  type CliffSetting,
  type RunData,
} from '../model/index.js';
import { asRatio, median, pairedShift, twoSampleShift, type ComparedBlock } from '../stats/index.js';
import { CONFIDENCE, logRatioIn, ratiosOf, ratioText } from './ratios.js';

/** A step that is called a cliff: the overhead grows by half at least. */
const LEAST_STEP = 1.5;
/** Fewer blocks than these give no interval of a step; then every launch of the one cell must be dearer than every one of the other. */
const LEAST_SEPARATED = 3;

type Blocks = readonly ComparedBlock[];
interface Swept extends Cell {
  readonly id: string;
  readonly blocks: Blocks;
}

/** What gVisor costs in every cell of a sweep, and what could not be compared. */
export function cellOverheads(run: RunData): { readonly cells: CellOverhead[]; readonly problems: string[] } {
  const { platforms } = recordOf(run);
  const cells: CellOverhead[] = [];
  const problems = swept(run).flatMap((cell) => wrongCpus(run, cell));
  for (const { id, blocks, ...cell } of swept(run)) {
    for (const environment of platforms) {
      const logRatios = overNative(blocks, environment);
      if (logRatios.length === 0) {
        problems.push(`${environment} with ${cellText(cell)}: ${outcomesOf(run, id, environment)}`);
        continue;
      }
      const of = (name: string): number =>
        Math.exp(median(blocks.flatMap((block) => block.get(name)?.logValue ?? [])) ?? NaN);
      cells.push({
        environment,
        ...cell,
        ...asRatio(pairedShift(logRatios, CONFIDENCE)),
        nativeNs: of(NATIVE),
        ns: of(environment),
      });
    }
  }
  return { cells, problems };
}

/**
 * Where the overhead jumps: cells that are dearer than a neighbour (the next number of threads or of CPUs, either way) beyond what launches
 * differ by. Of a cell the largest step is told. The largest first.
 */
export function cliffsOf(run: RunData): Cliff[] {
  const cells = swept(run);
  return recordOf(run)
    .platforms.flatMap((environment) =>
      cells.flatMap((cell) => {
        const own = overNative(cell.blocks, environment);
        const steps = neighboursOf(cell, cells).flatMap((from): Cliff[] => {
          const before = overNative(from.blocks, environment);
          const step = twoSampleShift(own, before, CONFIDENCE);
          if (step.estimate === null || step.estimate < Math.log(LEAST_STEP)) return [];
          const apart = step.low === null ? separated(own, before) : step.low > 0;
          if (!apart) return [];
          return [
            {
              environment,
              ...placeOf(cell),
              from: placeOf(from),
              ...asRatio(step),
              overhead: Math.exp(pairedShift(own, CONFIDENCE).estimate!),
              before: Math.exp(pairedShift(before, CONFIDENCE).estimate!),
            },
          ];
        });
        return steps.toSorted((a, b) => b.ratio - a.ratio).slice(0, 1);
      }),
    )
    .toSorted((a, b) => b.ratio - a.ratio);
}

/** What settings do in the cells in which they were tried. */
export function cliffSettings(run: RunData): CliffSetting[] {
  return swept(run).flatMap((cell) =>
    Object.entries(recordOf(run).settings).flatMap(([id, { setting, platform, value }]): CliffSetting[] => {
      const over = (other: string): number[] => cell.blocks.flatMap((block) => logRatioIn(block, 1, id, other) ?? []);
      const [native, own] = [over(NATIVE), over(platform)];
      if (native.length === 0 || own.length === 0) return [];
      const overDefault = asRatio(pairedShift(own, CONFIDENCE));
      const { high, ratio, n } = overDefault;
      const allBelow = n >= LEAST_SEPARATED && own.every((logRatio) => logRatio < 0);
      return [
        {
          environment: platform,
          ...placeOf(cell),
          setting,
          value,
          overNative: asRatio(pairedShift(native, CONFIDENCE)),
          overDefault,
          avoids: ratio < 1 && (high === null ? allBelow : high < 1),
        },
      ];
    }),
  );
}

/** All that a sweep has to say. */
export function cliffResult(sweep: RunData, settingsRun: RunData | null): CliffResult {
  const { cells, problems } = cellOverheads(sweep);
  const cliffs = cliffsOf(sweep);
  const settings = settingsRun === null ? [] : cliffSettings(settingsRun);
  const [first] = sweep.manifest.plan.cases;
  return {
    schemaVersion: SCHEMA_VERSION,
    run: sweep.manifest.id,
    settingsRun: settingsRun?.manifest.id ?? null,
    workload: first!.workload,
    title: first!.title,
    cells,
    cliffs,
    settings,
    problems,
    findings: [...cliffFindings(cells, cliffs), ...settingFindings(cells, settings), ...problems],
  };
}

/** `2 threads on 1 CPU`. */
export function cellText({ threads, cpus }: Cell): string {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'} on ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}

/**
 * Cells in which settings are tried: the cliffs, the largest step of each environment first; without one, the dearest cell of each.
 * @param most cells of an environment
 */
export function cellsToMend(
  cells: readonly CellOverhead[],
  cliffs: readonly Cliff[],
  most: number,
): Map<string, Cell[]> {
  const environments = [...new Set(cells.map(({ environment }) => environment))];
  return new Map(
    environments.map((environment) => {
      const own = cliffs.filter((it) => it.environment === environment).map(placeOf);
      const dearest = cells.filter((it) => it.environment === environment).toSorted((a, b) => b.ratio - a.ratio);
      return [environment, own.length > 0 ? own.slice(0, most) : dearest.slice(0, 1).map(placeOf)];
    }),
  );
}

function cliffFindings(cells: readonly CellOverhead[], cliffs: readonly Cliff[]): string[] {
  return [...new Set(cells.map(({ environment }) => environment))].map((environment) => {
    const [worst] = cliffs.filter((it) => it.environment === environment);
    if (worst !== undefined) {
      const seen = worst.low === null ? `every launch dearer, n = ${worst.n}` : ratioText(worst);
      return `${environment} has a cliff at ${cellText(worst)}: ${worst.overhead.toFixed(2)}× native, ${worst.ratio.toFixed(1)} times the ${worst.before.toFixed(2)}× with ${cellText(worst.from)} (${seen}).`;
    }
    const own = cells.filter((it) => it.environment === environment).toSorted((a, b) => a.ratio - b.ratio);
    const [least, most] = [own[0]!, own.at(-1)!];
    return `${environment} has no cliff here: from ${least.ratio.toFixed(2)}× native with ${cellText(least)} to ${most.ratio.toFixed(2)}× with ${cellText(most)}, no step by half beyond what launches differ by.`;
  });
}

function settingFindings(cells: readonly CellOverhead[], settings: readonly CliffSetting[]): string[] {
  const places = new Map(settings.map((it) => [`${it.environment} ${cellText(it)}`, it]));
  return [...places.values()].map((place) => {
    const here = settings.filter((it) => it.environment === place.environment && cellText(it) === cellText(place));
    const [best] = here.filter(({ avoids }) => avoids).toSorted((a, b) => a.overDefault.ratio - b.overDefault.ratio);
    const at = `${place.environment} with ${cellText(place)}`;
    if (best === undefined)
      return `At ${at} none of ${here.length} settings helps beyond what launches differ by.${fewer(cells, place)}`;
    return `At ${at} ${best.setting} (${best.value}) helps most: ${ratioText(best.overDefault)} the time without it, ${best.overNative.ratio.toFixed(2)}× native.${fewer(cells, place)}`;
  });
}

/** Whether fewer threads on the same CPUs are even faster: the way out that needs no setting, and changes the work. */
function fewer(cells: readonly CellOverhead[], place: CliffSetting): string {
  const same = cells.filter(({ environment, cpus }) => environment === place.environment && cpus === place.cpus);
  const here = same.find(({ threads }) => threads === place.threads);
  const [best] = same.filter(({ threads }) => threads < place.threads).toSorted((a, b) => a.ns - b.ns);
  if (here === undefined || best === undefined || best.ns >= here.ns) return '';
  return ` With ${cellText(best)} the same work takes ${(best.ns / here.ns).toFixed(2)}× the time there.`;
}

function recordOf({ manifest }: RunData): CliffRecord {
  return manifest.plan.cliffs ?? { platforms: [], cells: {}, settings: {} };
}

/** Cells with their blocks, each without trials that saw other CPUs than they should. */
function swept(run: RunData): Swept[] {
  const ratios = ratiosOf(run);
  return Object.entries(recordOf(run).cells).flatMap(([id, cell]) => {
    const blocks = ratios.get(id)?.blocks ?? [];
    return wrongCpus(run, { ...cell, id, blocks }).length > 0
      ? [{ ...cell, id, blocks: [] }]
      : [{ ...cell, id, blocks }];
  });
}

function wrongCpus({ trials }: RunData, { id, ...cell }: Swept): string[] {
  const wrong = trials.filter((it) => it.caseId === id && it.inside !== null && it.inside.cpus !== cell.cpus);
  if (wrong.length === 0) return [];
  const where = [...new Set(wrong.map(({ environmentId }) => environmentId))].join(', ');
  return [`${cellText(cell)}: ${where} saw ${wrong[0]!.inside!.cpus} CPUs; the cell is left out.`];
}

function outcomesOf({ trials }: RunData, id: string, environment: string): string {
  const own = trials.filter((it) => it.caseId === id && it.environmentId === environment);
  if (own.length === 0) return 'not launched.';
  return `${[...new Set(own.map(({ outcome }) => outcome.kind))].join(', ')} in ${own.length} of ${own.length} launches beside native.`;
}

function overNative(blocks: Blocks, environment: string): number[] {
  return blocks.flatMap((block) => logRatioIn(block, 1, environment, NATIVE) ?? []);
}

function separated(own: readonly number[], before: readonly number[]): boolean {
  return Math.min(own.length, before.length) >= LEAST_SEPARATED && Math.min(...own) > Math.max(...before);
}

/** The next fewer and the next more, of threads on the same CPUs and of CPUs with the same threads. */
function neighboursOf(cell: Cell, all: readonly Swept[]): Swept[] {
  const along = (axis: keyof Cell, other: keyof Cell): Swept[] => {
    const line = all.filter((it) => it[other] === cell[other]).toSorted((a, b) => a[axis] - b[axis]);
    const at = line.findIndex((it) => it[axis] === cell[axis]);
    return [line[at - 1], line[at + 1]].filter((it) => it !== undefined);
  };
  return [...along('threads', 'cpus'), ...along('cpus', 'threads')];
}

function placeOf({ threads, cpus }: Cell): Cell {
  return { threads, cpus };
}
