import { join } from 'node:path';
import { loadProbes, profileYaml, withSettings, type EnvironmentSpec } from '../config/index.js';
import { EXIT, NATIVE, SeebenchError, type FoundProfile, type TuneResult } from '../model/index.js';
import { writeTuneReport } from '../report/index.js';
import { writeText, writeTune } from '../store/index.js';
import {
  beyondNative,
  confirmedBy,
  profilesFrom,
  profilesOfWinners,
  settingEffects,
  tuneResult,
  writtenProfile,
  type ProfileInput,
} from '../study/index.js';
import { conform } from './conform.js';
import { containmentStep } from './containment.js';
import { specNamed } from './pilot.js';
import { PROBES_DIR, REPORTS_DIR } from './places.js';
import { say } from './print.js';
import { MIN_BLOCKS } from './suites.js';
import { armsOf } from './tune-arms.js';
import { checkProfiles, foundSpecs } from './tune-check.js';
import { measureStage, type TuneRequest } from './tune-measure.js';
import { searchCombinations } from './tune-search.js';

/** Of a budget, for trying settings and for the search; the rest is for the profiles that come out. */
const SHARES = { with: { trying: 0.45, search: 0.35 }, without: { trying: 0.7, search: 0 } };

/**
 * Tries every setting alone and left out of the tuned profile, in the same blocks; searches combinations of what may pay for each class of
 * workloads; and launches the profiles that come out against the defaults on fresh blocks.
 * @returns what was found and its page; `null` when it was interrupted
 */
export async function tune(
  request: TuneRequest,
): Promise<{ readonly result: TuneResult; readonly page: string } | null> {
  const { base, settings, catalogue, plan } = request;
  const share = request.candidates > 0 ? SHARES.with : SHARES.without;
  const budgetMs = 'budgetMs' in plan ? plan.budgetMs : 0;
  const { record, specs } = armsOf(request);
  const { tuned } = record;
  const first = await measureStage(request, {
    cases: request.cases,
    specs,
    record: { tune: record },
    plan: 'blocks' in plan ? plan : { budgetMs: budgetMs * share.trying },
    minBlocks: MIN_BLOCKS,
    seedStep: 0,
    name: '',
  });
  if (first === null) return null;
  const run = first.manifest.id;
  const effects = settingEffects(first);
  const ofTuned = beyondNative(first, base, [{ environment: tuned, control: `${NATIVE}-tuned`, setting: null }]);
  const parts = { run, record, settings: effects, leftOut: request.leftOut };
  // What an interruption later on leaves behind: the hours up to here are not lost.
  const known = { ...parts, search: [], profiles: [], beyondNative: ofTuned, check: null };
  await writeTune(first.dir, tuneResult(known));
  const search = await searchCombinations(request, effects, first, budgetMs * share.search);
  if (search === null) return null;
  const input: ProfileInput = {
    effects,
    settings,
    base: specNamed(base, catalogue).profile,
    run,
    apply: withSettings,
  };
  const found = search.length > 0 ? profilesOfWinners(search, input) : profilesFrom(input);
  await writeTune(first.dir, tuneResult({ ...known, search, profiles: found }));
  const left = budgetMs * (1 - share.trying - share.search);
  const check = found.length === 0 ? null : await checkProfiles(request, found, left);
  if (check === null && found.length > 0) return null;
  const profiles = confirmedBy(check?.ratios ?? [], found, base);
  const result = tuneResult({
    ...parts,
    profiles,
    search,
    beyondNative: [...ofTuned, ...(check?.beyondNative ?? [])],
    check,
  });
  await writeTune(first.dir, result);
  await requireContainment(request, specNamed(tuned, catalogue), profiles);
  await writeProfiles(request, result);
  const page = await writeTuneReport(result, first.manifest.fingerprint, join(REPORTS_DIR, run));
  return { result, page };
}

/** Only what the fresh blocks confirm becomes a file. */
async function writeProfiles({ write, base }: TuneRequest, result: TuneResult): Promise<void> {
  if (write === null) return;
  for (const found of result.profiles) {
    const file = join(write, `${found.id}.yaml`);
    if (!found.confirmed) {
      say(`${file} is not written: fresh blocks did not confirm it`);
      continue;
    }
    await writeText(file, profileYaml(writtenProfile(found, result.checked, base, result.checkedBy!)));
    say(`wrote ${file}`);
  }
}

/**
 * What the defaults contain, tuned and every found profile have to contain too, asked of real sandboxes.
 * @throws SeebenchError `contains-less`: then no profile is written
 */
async function requireContainment(
  { base, out, catalogue, allowHostSettings }: TuneRequest,
  tuned: EnvironmentSpec,
  found: readonly FoundProfile[],
): Promise<void> {
  const plain = specNamed(base, catalogue);
  const { result } = await conform({
    steps: [containmentStep(loadProbes(PROBES_DIR), false)],
    specs: [specNamed(NATIVE, catalogue), plain, tuned, ...foundSpecs(plain, found)],
    out: out === null ? null : `${out}-conform`,
    catalogue,
    allowHostSettings,
  });
  if (result.problems.length === 0) return;
  throw new SeebenchError(
    'contains-less',
    `not contained as it should be: ${result.problems.slice(0, 5).join('; ')}`,
    'take the setting that opens it out of the catalogue, or say in it that it weakens isolation',
    EXIT.brokenPromise,
  );
}
