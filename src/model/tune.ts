import type { Platform, Profile, Setting } from './environment.js';
import type { WorkloadClass } from './workload.js';

/** One setting of the catalogue that `tune` tries: a value of an entry of `profiles/settings.yaml`. */
export interface CatalogueSetting extends Pick<
  Profile,
  'isolation' | 'runscFlags' | 'annotations' | 'guestEnv' | 'hostSettings'
> {
  readonly id: string;
  /** The entry that it is a value of: a profile holds one of these at most. */
  readonly entry: string;
  /** Why it may pay. */
  readonly reason: string;
  /** What it changes, for people. */
  readonly touches: string;
  /** Where it is described. */
  readonly source: string;
  /** A root file system of another kind; `null` for the profile's own. */
  readonly rootfs: Profile['rootfs'] | null;
  /** Another build of runsc; `null` for the profile's own. */
  readonly runscBuild: Profile['runscBuild'] | null;
  /** Started from a snapshot: for workloads that have a warm point. No profile can hold that; an environment does. */
  readonly snapshot: boolean;
  readonly checkpointFlags: readonly Setting[];
  readonly restoreFlags: readonly Setting[];
  /** Platforms on which it means something; `null` for all. */
  readonly platforms: readonly Platform[] | null;
  /** About how threads wait or where they run: tried where `tune cliffs` finds a cliff. */
  readonly threads: boolean;
}

/** `alone`: default with the setting, against default. `left-out`: tuned without it, against tuned. */
export type ArmKind = 'alone' | 'left-out';

/** What an environment of a tuning run is there for. */
export interface TuneArm {
  readonly setting: string;
  readonly kind: ArmKind;
  /** Names and values, for people: `file-access-mounts=exclusive`. */
  readonly value: string;
  readonly isolation: Profile['isolation'];
  /** What an `alone` arm is held against, where that is not the base. */
  readonly over?: string | undefined;
}

/** How `tune` collects: every arm in every block of the cases that it stands in. */
export interface TuneRecord {
  /** gVisor with its defaults, and with the profile whose settings are left out one by one. */
  readonly base: string;
  readonly tuned: string;
  /** By environment id. */
  readonly arms: Readonly<Record<string, TuneArm>>;
  /** Of a run that searches: the settings of each candidate, by environment id. */
  readonly candidates?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Of a case, the environments of its blocks, where these are not all. */
  readonly only?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What a setting does to a class of workloads, or to all classes alike. */
export interface SettingEffect {
  readonly id: string;
  readonly kind: ArmKind;
  readonly value: string;
  readonly class: WorkloadClass | 'all';
  /** Time with the setting over time without it, geometric mean over the cases: below 1 it helps. */
  readonly ratio: number;
  /** 95 %; `null` where there are too few blocks. */
  readonly low: number | null;
  readonly high: number | null;
  /** After Benjamini and Hochberg's control over all effects of the run. */
  readonly adjustedP: number | null;
  /** Blocks that every case of the class has. */
  readonly n: number;
  readonly cases: number;
  readonly isolation: Profile['isolation'];
}

/** Settings that were found to pay, as a profile. */
export interface FoundProfile {
  readonly id: string;
  readonly class: WorkloadClass | 'all';
  readonly settings: readonly string[];
  readonly profile: Profile;
  /** Chosen for what each setting does alone, or as the winner of a search over combinations. */
  readonly by: 'effects' | 'search';
  /** On fresh blocks it is faster than the defaults beyond doubt; one of a class also faster than the general one. Only such are written as files. */
  readonly confirmed: boolean;
}

/** A combination of settings in one rung of the search of a class. */
export interface Standing {
  readonly environment: string;
  readonly settings: readonly string[];
  /** Time over the defaults', geometric mean over the class's cases, of all rungs so far; `null` where it was never seen. */
  readonly ratio: number | null;
  /** One standard error either way: what the halving goes by. */
  readonly low: number | null;
  readonly high: number | null;
  /** Blocks, of the case that has the fewest. */
  readonly n: number;
  /** It failed where the defaults completed. */
  readonly failed: boolean;
  readonly kept: boolean;
}

/** One rung of the search of a class: all that stood in it, the best first. */
export interface Rung {
  readonly class: WorkloadClass | 'all';
  readonly rung: number;
  readonly run: string;
  readonly standings: readonly Standing[];
}

/**
 * What settings give in gVisor over and above what their variables (and host settings) give native: time over the defaults', divided by
 * the control's over native's, in the same blocks.
 */
export interface BeyondNative {
  readonly class: WorkloadClass | 'all';
  /** A profile's environment, or one of a single setting. */
  readonly environment: string;
  /** Native with the same variables. */
  readonly control: string;
  /** The setting, where it is a single one. */
  readonly setting: string | null;
  /** In gVisor, natively, and the one over the other. */
  readonly gvisor: Estimate;
  readonly native: Estimate;
  readonly beyond: Estimate;
  readonly cases: number;
}

/** A ratio of times with its 95 % interval; the ends are `null` where there are too few blocks. */
export interface Estimate {
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/** One environment over another on the fresh blocks, geometric mean over cases. */
export interface CheckedRatio {
  readonly class: WorkloadClass | 'all';
  readonly environment: string;
  readonly baseline: string;
  readonly ratio: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly cases: number;
}

/** `tune.json` of a run, and what `tune --json` prints. */
export interface TuneResult {
  readonly schemaVersion: number;
  readonly run: string;
  readonly base: string;
  readonly tuned: string;
  readonly settings: readonly SettingEffect[];
  readonly profiles: readonly FoundProfile[];
  /** The search over combinations, rung by rung; empty without one. */
  readonly search: readonly Rung[];
  /** What variables give native as well, and what is left. Of tuned from the first blocks, of found profiles and their variables from fresh ones. */
  readonly beyondNative: readonly BeyondNative[];
  /** Settings that were left out, with the reason. */
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
  /** The profiles on fresh blocks: over default, native and native with their guest variables. Empty without a second run. */
  readonly checked: readonly CheckedRatio[];
  /** Id of that second run. */
  readonly checkedBy: string | null;
  /** What was found, one sentence each. */
  readonly findings: readonly string[];
}
