import { holdsSetting, withSettings } from '../config/index.js';
import { NATIVE, type Rung, type SettingEffect } from '../model/index.js';
import type { StoredRun } from '../store/index.js';
import {
  affordable,
  candidatesByCase,
  candidatesFor,
  classesOf,
  rungsOf,
  standingsOf,
  type Candidate,
  type Race,
} from '../study/index.js';
import { caseInfo } from './case-info.js';
import { specNamed } from './pilot.js';
import { say } from './print.js';
import { measureStage, type TuneRequest } from './tune-measure.js';

/** Blocks of every case in the first rung: one alone would halve by chance. */
const FIRST_BLOCKS = 2;

/**
 * Looks for the best combination of settings for each class of workloads, and for all: every rung launches what is left of the candidates beside
 * native and the defaults, and halves it.
 * @returns the rungs; none where no search is wanted, or the budget holds none; `null` when it was interrupted
 */
export async function searchCombinations(
  request: TuneRequest,
  effects: readonly SettingEffect[],
  first: StoredRun,
  budgetMs: number,
): Promise<Rung[] | null> {
  const { base, cases, settings, catalogue, plan } = request;
  const every = classesOf(cases.map(caseInfo));
  // One class alone is all classes.
  const classes = every.length === 2 ? every.slice(0, 1) : every;
  let count = request.candidates;
  if ('budgetMs' in plan)
    count = affordable(count, launchTimes(first), classes.length, FIRST_BLOCKS, budgetMs / rungsOf(count));
  if (count < 2) {
    if (request.candidates > 0) say('no search: the budget holds no two combinations beside each other');
    return [];
  }
  const tuned = settings.filter((it) => holdsSetting(specNamed(`${base}-tuned`, catalogue).profile, it));
  const known = new Map<string, Candidate>();
  let races = classes.map(({ name, cases: ids }): Race => {
    const combinations = candidatesFor({
      name,
      effects,
      settings,
      tuned: tuned.map(({ id }) => id),
      count,
      seed: request.seed,
    });
    return { name, cases: ids, alive: combinations.map((held) => candidateOf(held, base, known)) };
  });
  const most = Math.max(...races.map(({ alive }) => alive.length));
  if (most === 0) {
    say('no search: no setting seems to help');
    return [];
  }
  const total = rungsOf(most);
  const rungs: Rung[] = [];
  const runs: StoredRun[] = [];
  for (let rung = 0; rung < total; rung++) {
    const open = races.filter(({ alive }) => alive.length > (rung === 0 ? 0 : 1));
    if (open.length === 0) break;
    say(`search, rung ${rung + 1} of ${total}: ${new Set(open.flatMap(({ alive }) => alive)).size} combinations`);
    const run = await measureRung(request, open, rung, budgetMs / total);
    if (run === null) return null;
    runs.push(run);
    races = races.map((race) => {
      if (!open.includes(race)) return race;
      const standings = standingsOf(runs, race.alive, race.cases, base, rung === total - 1);
      rungs.push({ class: race.name, rung, run: run.manifest.id, standings });
      const kept = new Set(standings.filter((it) => it.kept).map(({ environment }) => environment));
      return { ...race, alive: race.alive.filter(({ environment }) => kept.has(environment)) };
    });
  }
  return rungs;
}

function candidateOf(settings: readonly string[], base: string, known: Map<string, Candidate>): Candidate {
  const key = settings.join(' ');
  const made = known.get(key) ?? { environment: `${base}-c${known.size + 1}`, settings };
  known.set(key, made);
  return made;
}

async function measureRung(
  request: TuneRequest,
  races: readonly Race[],
  rung: number,
  budgetMs: number,
): Promise<StoredRun | null> {
  const { base, settings, catalogue, plan } = request;
  const byCase = candidatesByCase(races);
  const candidates = [...new Set(races.flatMap(({ alive }) => alive))];
  const [native, plain] = [specNamed(NATIVE, catalogue), specNamed(base, catalogue)];
  const specs = candidates.map(({ environment, settings: held }) => {
    const profile = held.map((id) => settings.find((it) => it.id === id)!).reduce(withSettings, plain.profile);
    return { ...plain, id: environment, profile: { ...profile, id: environment.slice(base.length + 1) } };
  });
  const only = Object.fromEntries([...byCase].map(([id, held]) => [id, [NATIVE, base, ...held]]));
  return measureStage(request, {
    cases: request.cases.filter(({ id }) => byCase.has(id)),
    specs: [native, plain, ...specs],
    record: {
      tune: {
        base,
        tuned: `${base}-tuned`,
        arms: {},
        candidates: Object.fromEntries(candidates.map((it) => [it.environment, it.settings])),
        only,
      },
    },
    plan: 'blocks' in plan ? { blocks: Math.max(FIRST_BLOCKS, Math.ceil(plan.blocks / 4)) * 2 ** rung } : { budgetMs },
    minBlocks: FIRST_BLOCKS,
    seedStep: rung + 1,
    name: `rung-${rung + 1}`,
  });
}

/** Mean time of a launch of each case, milliseconds. */
function launchTimes({ trials }: StoredRun): Map<string, number> {
  const sums = new Map<string, { ms: number; n: number }>();
  for (const { caseId, wallNs } of trials) {
    const { ms, n } = sums.get(caseId) ?? { ms: 0, n: 0 };
    sums.set(caseId, { ms: ms + (wallNs ?? 0) / 1e6, n: n + 1 });
  }
  return new Map([...sums].map(([id, { ms, n }]) => [id, ms / n]));
}
