import { join } from 'node:path';
import {
  holdsSetting,
  loadProbes,
  profileYaml,
  settingValue,
  withoutSetting,
  withSetting,
  type EnvironmentSpec,
} from '../config/index.js';
import {
  EXIT,
  NATIVE,
  SeebenchError,
  type Case,
  type CatalogueSetting,
  type CheckedRatio,
  type FoundProfile,
  type Profile,
  type RunManifest,
  type TuneArm,
  type TuneRecord,
  type TuneResult,
} from '../model/index.js';
import { writeTuneReport } from '../report/index.js';
import { readRun, writeText, writeTune, type StoredRun } from '../store/index.js';
import { checkedRatios, profilesFrom, settingEffects, tuneResult } from '../study/index.js';
import { caseInfo } from './case-info.js';
import { conform } from './conform.js';
import { containmentStep } from './containment.js';
import { measureInto } from './measure-run.js';
import type { Catalogue } from './options.js';
import { specNamed } from './pilot.js';
import { PROBES_DIR, REPORTS_DIR } from './places.js';
import { say } from './print.js';
import { commandLine, runId } from './run-id.js';
import { MIN_BLOCKS } from './suites.js';

/** Of a budget, for trying settings; the rest is for the profiles that come out. */
const TRYING = 0.7;

export interface TuneRequest {
  readonly cases: readonly Case[];
  readonly settings: readonly CatalogueSetting[];
  /** gVisor with its defaults. */
  readonly base: string;
  readonly plan: { readonly blocks: number } | { readonly budgetMs: number };
  readonly seed: number;
  readonly suite: string;
  readonly out: string | null;
  /** Where found profiles are written as files; `null` for nowhere. */
  readonly write: string | null;
  readonly catalogue: Catalogue;
}

/**
 * Tries every setting alone and left out of the tuned profile, in the same blocks; makes profiles of what pays; and launches these
 * against the defaults on fresh blocks.
 * @returns what was found and its page; `null` when it was interrupted
 */
export async function tune(
  request: TuneRequest,
): Promise<{ readonly result: TuneResult; readonly page: string } | null> {
  const { base, settings, catalogue } = request;
  const tuned = `${base}-tuned`;
  const { arms, specs } = armsOf(request, tuned);
  const record: TuneRecord = { base, tuned, arms };
  const first = await measure(request, specs, record, TRYING, request.out);
  if (first === null) return null;
  const effects = settingEffects(first);
  const found = profilesFrom(effects, settings, specNamed(base, catalogue).profile, withSetting);
  const check = found.length === 0 ? null : await checkProfiles(request, found);
  if (check === 'interrupted') return null;
  const result = tuneResult(first.manifest.id, record, effects, found, check);
  await writeTune(first.dir, result);
  await requireContainment(request, specNamed(tuned, catalogue), found);
  if (request.write !== null) {
    for (const { id, profile } of found) {
      const file = join(request.write, `${id}.yaml`);
      await writeText(file, profileYaml(profile));
      say(`wrote ${file}`);
    }
  }
  const page = await writeTuneReport(result, first.manifest.fingerprint, join(REPORTS_DIR, first.manifest.id));
  return { result, page };
}

function armsOf(
  { base, settings, catalogue }: TuneRequest,
  tuned: string,
): { readonly arms: Record<string, TuneArm>; readonly specs: EnvironmentSpec[] } {
  const named = (id: string): EnvironmentSpec => specNamed(id, catalogue);
  const [plain, full] = [named(base), named(tuned)];
  if (plain.runtime !== 'runsc' || plain.profile.id !== 'default')
    throw new SeebenchError(
      'usage',
      `tune starts from gVisor with its defaults, and ${base} is not that`,
      'give --env gvisor-systrap, gvisor-ptrace or gvisor-kvm',
    );
  const arms: Record<string, TuneArm> = {};
  const specs = [named(NATIVE), named(`${NATIVE}-tuned`), plain, full];
  const add = (id: string, kind: TuneArm['kind'], setting: CatalogueSetting, profile: Profile): void => {
    arms[id] = { setting: setting.id, kind, value: settingValue(setting), isolation: setting.isolation };
    specs.push({ ...plain, id, profile: { ...profile, id: id.slice(base.length + 1) } });
  };
  for (const setting of settings) {
    add(`${base}-with-${setting.id}`, 'alone', setting, withSetting(plain.profile, setting));
    if (holdsSetting(full.profile, setting))
      add(`${tuned}-without-${setting.id}`, 'left-out', setting, withoutSetting(full.profile, setting));
  }
  return { arms, specs };
}

function foundSpecs(plain: EnvironmentSpec, found: readonly FoundProfile[]): EnvironmentSpec[] {
  return found.map(({ id, profile }) => ({ ...plain, id: `${plain.id}-${id}`, profile }));
}

/**
 * What the defaults contain, tuned and every found profile have to contain too, asked of real sandboxes.
 * @throws SeebenchError `contains-less`: then no profile is written
 */
async function requireContainment(
  { base, out, catalogue }: TuneRequest,
  tuned: EnvironmentSpec,
  found: readonly FoundProfile[],
): Promise<void> {
  const plain = specNamed(base, catalogue);
  const { result } = await conform({
    steps: [containmentStep(loadProbes(PROBES_DIR), false)],
    specs: [specNamed(NATIVE, catalogue), plain, tuned, ...foundSpecs(plain, found)],
    out: out === null ? null : `${out}-conform`,
    catalogue,
  });
  if (result.problems.length === 0) return;
  throw new SeebenchError(
    'contains-less',
    `not contained as it should be: ${result.problems.slice(0, 5).join('; ')}`,
    'take the setting that opens it out of the catalogue, or say in it that it weakens isolation',
    EXIT.brokenPromise,
  );
}

/** The found profiles beside default and native on fresh blocks, and native with their guest variables. */
async function checkProfiles(
  request: TuneRequest,
  found: readonly FoundProfile[],
): Promise<{ readonly run: string; readonly ratios: readonly CheckedRatio[] } | 'interrupted'> {
  const { base, catalogue, out } = request;
  const [native, plain] = [specNamed(NATIVE, catalogue), specNamed(base, catalogue)];
  const specs = foundSpecs(plain, found);
  const control = found
    .filter(({ profile }) => profile.guestEnv.length > 0)
    .map(({ id, profile: { guestEnv } }): EnvironmentSpec => ({
      ...native,
      id: `${NATIVE}-${id}`,
      profile: { ...native.profile, id, guestEnv },
    }));
  say(`checking on fresh blocks: ${specs.map(({ id }) => id).join(', ')}`);
  const run = await measure(
    request,
    [native, plain, ...specs, ...control],
    null,
    1 - TRYING,
    out === null ? null : `${out}-check`,
  );
  if (run === null) return 'interrupted';
  const pairs = [
    ...specs.flatMap(({ id }) => [[id, base] as const, [id, NATIVE] as const]),
    [base, NATIVE] as const,
    ...control.map(({ id }) => [id, NATIVE] as const),
  ];
  return { run: run.manifest.id, ratios: checkedRatios(run, pairs) };
}

async function measure(
  { cases, plan, seed, suite, catalogue }: TuneRequest,
  specs: readonly EnvironmentSpec[],
  record: TuneRecord | null,
  share: number,
  out: string | null,
): Promise<StoredRun | null> {
  const blocks = 'blocks' in plan ? plan.blocks : null;
  const recorded: RunManifest['plan'] = {
    suite,
    seed,
    blocks,
    budgetMs: 'budgetMs' in plan ? plan.budgetMs * share : null,
    minBlocks: blocks ?? MIN_BLOCKS,
    cases: cases.map(caseInfo),
    environments: specs.map(({ id }) => id),
    ...(record === null ? {} : { tune: record }),
  };
  const { dir, interrupted } = await measureInto({
    id: runId(),
    dir: out,
    plan: recorded,
    command: commandLine(seed),
    cases,
    specs,
    runtime: catalogue.runtime,
    allowHostSettings: false,
    withHostname: false,
    json: false,
    earlier: null,
  });
  return interrupted ? null : readRun(dir);
}
