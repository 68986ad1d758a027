import { compareHeadline } from '../compare.js';
import { NATIVE } from '../../model/index.js';
import { ratio } from '../format.js';
import { counted } from '../text.js';
import { judge, type EnvironmentView, type ReportView } from '../view.js';
import {
  givesMemoryBack,
  hedged,
  isWork,
  meanOverhead,
  NATIVE_WAITS,
  measuredIn,
  sandboxed,
  tally,
  workCases,
  workMean,
  type Measured,
} from './measures.js';

interface Candidate {
  readonly environment: EnvironmentView;
  /** Of what is work, the cases that it completed: one at least. */
  readonly measured: readonly Measured[];
  /** Geometric mean over those that every candidate completed; where there is none, over its own. */
  readonly score: number;
}

/** Which platform and profile to take here, what it costs, how sure that is, and what stands against it. */
export function recommendation(view: ReportView): string {
  if (view.run.manifest.fingerprint.emulated)
    return 'Nothing is recommended: this CPU is emulated, and its times are no measure of anything.';
  const ranked = rank(view);
  const [best, second] = ranked;
  if (!best) return 'Nothing is recommended: no environment besides native could be compared.';
  const { environment, measured } = best;
  const values = measured.map(({ overhead }) => overhead.value);
  const counts = tally(measured.map(({ overhead }) => overhead));
  const indication = counts.open * 2 > measured.length ? 'As an indication only, take' : 'Take';
  const missing = view.cases.filter((aCase) => isWork(view, aCase)).length - measured.length;
  const spread = values.length > 1 ? `, from ${ratio(Math.min(...values))} to ${ratio(Math.max(...values))}` : '';
  const mean = workMean(view, environment.id, NATIVE);
  const cost = mean
    ? `it costs ${hedged(mean)} native’s time here by geometric mean of ${workCases(view, mean.cases)}${spread}`
    : `what it costs over all is not known, for too few of its cases share a block${spread}`;
  return (
    [
      `${indication} ${environment.name} for workloads like these on this host: ${cost}`,
      ...(missing > 0 ? [`${counted(missing, 'case has', 'cases have')} no ratio in it`] : []),
      second ? against(view, best, second) : 'no other environment was there to hold against it',
      sureness(measured) + disturbed(view, values),
    ].join('; ') + '.'
  );
}

/** By work: those that completed most of it first, then by what it costs there. */
function rank(view: ReportView): Candidate[] {
  const all = sandboxed(view)
    .map((environment) => ({
      environment,
      measured: measuredIn(view, environment).filter(({ aCase }) => isWork(view, aCase)),
    }))
    .filter(({ measured }) => measured.length > 0);
  const common = view.cases.filter((aCase) =>
    all.every(({ measured }) => measured.some((other) => other.aCase === aCase)),
  );
  return all
    .map((candidate) => {
      const shared = candidate.measured.filter(({ aCase }) => common.includes(aCase));
      return { ...candidate, score: meanOverhead(shared.length > 0 ? shared : candidate.measured)! };
    })
    .toSorted((a, b) => b.measured.length - a.measured.length || a.score - b.score);
}

function against(view: ReportView, best: Candidate, second: Candidate): string {
  const changes = view.cases
    .filter((aCase) => isWork(view, aCase))
    .flatMap((aCase) => compareHeadline(view, aCase, best.environment.id, second.environment.id) ?? []);
  const { faster, slower } = tally(changes);
  const name = second.environment.label;
  if (second.measured.length < best.measured.length && faster <= slower) return `${name} completed fewer cases`;
  if (faster === 0 && slower === 0)
    return `nothing here separates it from ${name} (${ratio(workMean(view, second.environment.id, NATIVE)?.value ?? null)}) beyond doubt`;
  const counts = `in the same blocks it is faster than ${name} in ${faster} and slower in ${slower} of ${workCases(view, changes.length)}`;
  return faster > slower ? counts : `${counts}, which does not settle the choice`;
}

/** A busy host is part of how sure one can be. */
function disturbed(view: ReportView, values: readonly number[]): string {
  const { warnings } = view.run.manifest;
  if (warnings.length === 0) return '';
  const others = warnings.some(({ code }) => code === 'others-busy')
    ? '; other programs were at work while it ran: measure again on a quiet host'
    : '';
  const memory =
    givesMemoryBack(view) && values.some((value) => value < 1)
      ? '; ratios below 1 may be ' + NATIVE_WAITS + ': --allow-host-settings holds it'
      : '';
  return `, with ${counted(warnings.length, 'warning')} about this run${others}${memory}`;
}

function sureness(measured: readonly Measured[]): string {
  const blocks = measured.map(({ overhead }) => overhead.n);
  const [least, most] = [Math.min(...blocks), Math.max(...blocks)];
  const open = measured.filter(({ overhead }) => judge(overhead) === 'open').length;
  const n = least === most ? `n = ${least} blocks a case` : `n = ${least}–${most} blocks a case`;
  if (open === 0) return `${n}, every interval closed`;
  return `${n}, ${open === measured.length ? 'too few for any 95 % interval' : `${open} of ${counted(measured.length, 'interval')} open because n is small`}`;
}
