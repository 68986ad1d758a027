import type { Profile } from './environment.js';
import type { WorkloadClass } from './workload.js';

/** One setting of the catalogue that `tune` tries; a record of `profiles/settings.yaml`. */
export interface CatalogueSetting extends Pick<Profile, 'isolation' | 'runscFlags' | 'annotations' | 'guestEnv'> {
  readonly id: string;
  /** Why it may pay. */
  readonly reason: string;
  /** What it changes, for people. */
  readonly touches: string;
  /** Where it is described. */
  readonly source: string;
  /** A root file system of another kind; `null` for the profile's own. */
  readonly rootfs: Profile['rootfs'] | null;
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
}

/** How `tune` collects: every arm in every block. */
export interface TuneRecord {
  /** gVisor with its defaults, and with the profile whose settings are left out one by one. */
  readonly base: string;
  readonly tuned: string;
  /** By environment id. */
  readonly arms: Readonly<Record<string, TuneArm>>;
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

/** Settings that were found to pay, as a profile; and how it did on fresh blocks. */
export interface FoundProfile {
  readonly id: string;
  readonly class: WorkloadClass | 'all';
  readonly settings: readonly string[];
  readonly profile: Profile;
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
  /** The profiles on fresh blocks: over default, native and native with their guest variables. Empty without a second run. */
  readonly checked: readonly CheckedRatio[];
  /** Id of that second run. */
  readonly checkedBy: string | null;
  /** What was found, one sentence each. */
  readonly findings: readonly string[];
}
