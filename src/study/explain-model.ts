import { PART_NAMES, type CallPrice, type CaseCounts, type ExplainCatalogue, type PartName } from '../model/index.js';
import type { Activity } from './explain-counts.js';
import type { Stretch } from './explain-spans.js';
import { BOOT, extra, extraOfCall, nativeCost, ownCost, REMOVAL, type Draw, type Prices } from './explain-prices.js';

/** What a prediction is made with beside counts and prices. */
export interface ModelSetting {
  readonly headline: string;
  readonly catalogue: ExplainCatalogue;
  /** Numbers of system calls by name. */
  readonly names: Readonly<Record<string, number>>;
  readonly cores: number;
  /** Of the measured headline, which part lay in the sandbox's first second, 0…1; see {@link youngShare}. */
  readonly young: number;
  /** The operation that costs as much as clock_gettime in that second. */
  readonly clock: 'getppid' | 'getppid_patched';
}

export interface Prediction {
  readonly parts: readonly { readonly name: PartName; readonly ns: number }[];
  readonly counts: CaseCounts;
}

/** Metrics whose clock starts at the spawn of the runtime. */
const FROM_SPAWN = new Set(['wall_ns', 'ready_ns', 'first_result_ns']);
/** Calls that Linux answers in the program itself (vdso(7)). */
const VDSO_CALLS = ['clock_gettime', 'gettimeofday', 'time', 'getcpu', 'clock_getres'];
/** Pages that Linux maps at one read fault of a file (fault_around_bytes, mm/memory.c). */
const FAULT_AROUND = 16;
const BYTES_PER_LARGE_CALL = 255 * 1024;
const PAGE_BYTES = 4096;
const PAGES_PER_MIB = 256;

/**
 * The extra time of a case: what it does, natively counted, times what each costs more in the environment. `docs/explain.md` has the equation.
 * @param own what gVisor's own processes did on the host meanwhile: how many faults reached the sentry
 */
export function predict(
  native: Activity,
  own: Activity,
  prices: Prices,
  setting: ModelSetting,
  draw: Draw,
): Prediction {
  const { catalogue, names, headline } = setting;
  const price = (name: string): number => extra(prices, name, draw);
  const sums = new Map<PartName, number>(PART_NAMES.map((name) => [name, 0]));
  const add = (name: PartName, ns: number): void => void sums.set(name, sums.get(name)! + ns);

  if (FROM_SPAWN.has(headline)) add('boot', price(BOOT));
  if (headline === 'wall_ns') add('boot', price(REMOVAL));

  const { usage, faults } = native;
  const byNumber = callPrices(catalogue, names, prices);
  const calls = [...native.calls.values()].reduce((sum, count) => sum + count, 0);
  const faultCount = faults.copied + faults.written + faults.read + faults.kernel;
  const crowd = crowdOf(native, setting.cores);
  const pace = paceCost(prices, native.gaps, crowd, draw);

  const futexes = native.calls.get(names['futex'] ?? -1) ?? 0;
  // Who waits has called, and who wakes him too: both calls are part of the hand-over.
  const handOvers = Math.min(usage.waits, futexes / 2);
  let unpriced = 0;
  // Of processes that the program has made; its own end is part of the removal.
  const ends = Math.max(0, (native.calls.get(names['exit_group'] ?? -1) ?? 0) - (headline === 'wall_ns' ? 1 : 0));
  for (const [number, all] of native.calls) {
    const count = number === names['exit_group'] ? ends : all;
    const priced = byNumber.get(number);
    if (priced === undefined) unpriced += count;
    const { part } = priced ?? catalogue.otherwise;
    const each = extraOfCall(prices, priced ?? catalogue.otherwise, draw) + pace;
    if (number !== names['futex']) add(part, count * each);
    else
      add(
        part,
        (count - 2 * handOvers) * ((1 - crowd) * each + crowd * extraOfCall(prices, catalogue.crowdedFutex, draw)),
      );
  }
  // What a program reads from the vDSO natively is a call in gVisor as long as its clock is not calibrated: for the first second of a sandbox.
  const reads = VDSO_CALLS.map((name) => {
    const number = names[name] ?? -1;
    const count = setting.young * Math.max(0, (own.mostTrapped.get(number) ?? 0) - (native.calls.get(number) ?? 0));
    return { count, each: ownCost(prices, name === 'clock_gettime' ? setting.clock : 'getppid', draw) + pace };
  });
  for (const { count, each } of reads) add('clock', count * each);
  const clockReads = reads.reduce((sum, { count }) => sum + count, 0);
  add(
    catalogue.bySignal.part,
    Math.max(0, own.signalledCalls - clockReads) * extraOfCall(prices, catalogue.bySignal, draw),
  );
  add(catalogue.firstOpen.part, own.hostOpens * extraOfCall(prices, catalogue.firstOpen, draw));
  add('files', (usage.readBytes * (price('pread_rootfs_256k') - price('pread_rootfs_1k'))) / BYTES_PER_LARGE_CALL);
  // Bytes cost little, the memory that a file takes for them much; what goes into a pipe or over other bytes takes none.
  const populates = Math.min(own.populates, usage.writtenBytes / PAGE_BYTES);
  if (populates > 0) add('files', populates * populateCost(price, usage.writtenBytes / populates));

  const handOver = overGaps(prices, HAND_OVER, [[usage.userNs / Math.max(1, usage.waits), 1]], draw) ?? 0;
  add('threads', (handOvers * handOver) / 2);
  // Other hand-overs are a call that waits and one that wakes, both counted above; the round trip was measured with pauses of its own.
  const others = Math.max(0, usage.waits - handOvers);
  const roundTrip = ends > 0 ? 'pipe_round_trip' : 'socketpair_thread_round_trip';
  add('threads', others * (price(roundTrip) / 2 - price('pipe_write_read') - 2 * pace));

  const sentryFault = price('touch_apart_2m') + pace;
  add('faults', own.sentryFaults * sentryFault);
  // A fault takes a page of the host, or finds one that is there: given back by the guest and not yet by the sentry, or mapped a second time.
  // What an iteration takes it gives back; a start keeps it.
  const givenBack = (cost: (name: string) => number): number =>
    headline === 'iteration_ns' ? givingBackCost(cost) : 0;
  const backNs = givenBack((name) => ownCost(prices, name, draw));
  const nativeBackNs = givenBack((name) => nativeCost(prices, name, draw));
  const written = (all: number, taken: number): number =>
    Math.min(all, taken) * (ownCost(prices, 'page_fault', draw) + backNs) +
    Math.max(0, all - taken) * ownCost(prices, 'touch_again', draw);
  add('faults', written(own.stubFaults.written, own.taken.stubs) + written(own.ownFaults, own.taken.sentry));
  add('faults', own.stubFaults.read * ownCost(prices, 'touch_zero', draw));
  const file = Math.min(faults.read, faults.file);
  const small = Math.max(0, faults.written - faults.huge) + faults.copied + faults.kernel;
  add('faults', -small * (nativeCost(prices, 'page_fault', draw) + nativeBackNs));
  add('faults', -faults.huge * nativeCost(prices, 'touch_huge_2m', draw));
  add('faults', -(faults.read - file) * nativeCost(prices, 'touch_zero', draw));
  add('faults', -file * FAULT_AROUND * nativeCost(prices, 'touch_file_read', draw));

  return {
    parts: PART_NAMES.map((name) => ({ name, ns: sums.get(name)! })),
    counts: {
      calls,
      faults: faultCount,
      unpricedCalls: unpriced,
      sentryFaults: own.sentryFaults,
      hostFaults: own.stubFaults.written + own.stubFaults.read,
      signalledCalls: own.signalledCalls,
      clockReads,
      waits: usage.waits,
      gapNs: medianGap(native.gaps),
      crowd,
      readBytes: usage.readBytes,
      writtenBytes: usage.writtenBytes,
    },
  };
}

/** By number; without those that ask for an operation which the suite of the run had not yet. */
function callPrices(
  catalogue: ExplainCatalogue,
  names: Readonly<Record<string, number>>,
  { operations }: Prices,
): Map<number, CallPrice> {
  const known = catalogue.calls.filter((price) => Object.keys(price.operations).every((name) => operations.has(name)));
  return new Map(
    known.flatMap((price) =>
      price.names.flatMap((name): [number, CallPrice][] => (names[name] === undefined ? [] : [[names[name], price]])),
    ),
  );
}

/**
 * Share of the other CPUs that the program itself keeps busy where it calls the kernel, 0…1, by what its other threads compute: its CPU time in
 * user mode less that of the thread that calls, which is running or in the kernel. Where calls wait for each other, both sides are in the
 * kernel in turns.
 */
function crowdOf({ stretches }: Activity, cores: number): number {
  if (cores < 2) return 1;
  const all = stretches.reduce((sum, { calls }) => sum + calls, 0);
  const busy = ({ calls, userNs, systemNs, waits, wallNs }: Stretch): number => {
    const ofCaller = 1 - Math.min(1 / 2, waits / Math.max(1, calls));
    const others = userNs - Math.max(0, wallNs - ofCaller * systemNs);
    return wallNs <= 0 ? 0 : Math.min(1, Math.max(0, others / wallNs / (cores - 1)));
  };
  return all === 0 ? 0 : stretches.reduce((sum, it) => sum + it.calls * busy(it), 0) / all;
}

/** Gaps between calls at which the micro-suite measures a call, by itself and with all other CPUs busy. */
const ALONE: readonly (readonly [number, string])[] = [
  [0, 'getppid'],
  [5_000, 'getppid_every_5us'],
  [20_000, 'getppid_every_20us'],
  [100_000, 'getppid_every_100us'],
];
/** The same for two threads that take turns. */
const HAND_OVER: typeof ALONE = [
  [0, 'futex_round_trip'],
  [20_000, 'futex_round_trip_every_20us'],
];
const CROWDED: readonly (readonly [number, string])[] = [
  [0, 'getppid_crowded'],
  [20_000, 'getppid_every_20us_crowded'],
  [100_000, 'getppid_every_100us_crowded'],
];

/** What a call costs beyond its price in a tight loop, because work lies between the calls and other threads of the program keep CPUs busy. */
function paceCost(prices: Prices, gaps: Activity['gaps'], crowd: number, draw: Draw): number {
  const tight = extra(prices, 'getppid', draw);
  const all = [...gaps].map(([log2, count]) => [MIDDLE * 2 ** log2, count] as const);
  const [alone, crowded] = [ALONE, CROWDED].map((points) => overGaps(prices, points, all, draw) ?? tight);
  return (1 - crowd) * alone! + crowd * crowded! - tight;
}

/** What stands for all of [1, 2). */
const MIDDLE = Math.SQRT2;

/** Mean extra cost over gaps, from operations that were measured at some; `null` where the suite has none of them, or there are no gaps. */
function overGaps(
  prices: Prices,
  points: typeof ALONE,
  gaps: readonly (readonly [ns: number, count: number])[],
  draw: Draw,
): number | null {
  const known = points
    .filter(([, name]) => prices.operations.has(name))
    .map(([gap, name]) => [gap, extra(prices, name, draw)] as const);
  const all = gaps.reduce((sum, [, count]) => sum + count, 0);
  if (known.length === 0 || all === 0) return null;
  return gaps.reduce((sum, [ns, count]) => sum + count * interpolate(known, ns), 0) / all;
}

/** Where half of the calls have come sooner, ns. */
function medianGap(gaps: Activity['gaps']): number {
  const sorted = [...gaps].toSorted(([a], [b]) => a - b);
  let left = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
  const at = sorted.find(([, count]) => (left -= count) <= 0);
  return at === undefined ? 0 : MIDDLE * 2 ** at[0];
}

/** Giving a touched page back: a MiB mapped, touched and given back, less the mapping and the touching. */
function givingBackCost(cost: (name: string) => number): number {
  const page = (cost('mmap_touch_munmap_1m') - cost('mmap_munmap_4k')) / PAGES_PER_MIB;
  return Math.max(0, page - cost('page_fault'));
}

/** Memory for a piece of a file, beyond the calls that write it and make and remove the file. */
function populateCost(price: (name: string) => number, bytes: number): number {
  return interpolate(
    [
      [16 * 1024, price('create_fill_unlink') - price('create_unlink') - price('pwrite_4k')],
      [256 * 1024, price('append_256k') - price('pwrite_256k')],
    ],
    bytes,
  );
}

/** Straight between points, level beyond them. */
function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  const after = points.findIndex(([at]) => at >= x);
  if (after === -1) return points.at(-1)![1];
  if (after === 0) return points[0]![1];
  const [[x0, y0], [x1, y1]] = [points[after - 1]!, points[after]!];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
