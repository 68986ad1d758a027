import type { Estimate } from './tune.js';

/** A place of a sweep: so many threads on so many CPUs. */
export interface Cell {
  readonly threads: number;
  readonly cpus: number;
}

/** How `tune cliffs` collects. */
export interface CliffRecord {
  /** Environments of gVisor that are swept, each with its defaults. */
  readonly platforms: readonly string[];
  /** By case id. */
  readonly cells: Readonly<Record<string, Cell>>;
  /** Of the second run, by environment id: a setting on one of the platforms. */
  readonly settings: Readonly<
    Record<string, { readonly setting: string; readonly platform: string; readonly value: string }>
  >;
  /** Of a case, the environments of its blocks, where these are not all. */
  readonly only?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What gVisor costs in a cell: time over native's, with the same threads on the same CPUs. */
export interface CellOverhead extends Cell, Estimate {
  readonly environment: string;
  /** Medians of the times, nanoseconds, for what a ratio hides. */
  readonly nativeNs: number;
  readonly ns: number;
}

/** A step of the overhead between a cell and its neighbour beyond what launches differ by. */
export interface Cliff extends Cell, Estimate {
  readonly environment: string;
  /** The neighbour: one step fewer threads, or CPUs. */
  readonly from: Cell;
  /** Overhead in the cell and in its neighbour. */
  readonly overhead: number;
  readonly before: number;
}

/** What a setting does at a cliff. */
export interface CliffSetting extends Cell {
  readonly environment: string;
  readonly setting: string;
  readonly value: string;
  /** Time over native's, without the setting there. */
  readonly overNative: Estimate;
  /** Time over the same platform's without it: below 1 it helps. */
  readonly overDefault: Estimate;
  /** It helps beyond what launches differ by. */
  readonly avoids: boolean;
}

/** `cliffs.json` of a run, and what `tune cliffs --json` prints. */
export interface CliffResult {
  readonly schemaVersion: number;
  readonly run: string;
  /** Id of the run in which settings were tried; `null` where none were. */
  readonly settingsRun: string | null;
  readonly workload: string;
  readonly title: string;
  readonly cells: readonly CellOverhead[];
  /** Largest step first. */
  readonly cliffs: readonly Cliff[];
  readonly settings: readonly CliffSetting[];
  /** Cells that could not be compared, one sentence each. */
  readonly problems: readonly string[];
  readonly findings: readonly string[];
}
