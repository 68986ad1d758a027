import { environmentNamed, type EnvironmentSpec } from '../config/index.js';
import { runTrial } from '../measure/index.js';
import type { Case, Policy, Trial } from '../model/index.js';
import { zOf } from '../stats/index.js';
import { designOf, type Design } from '../study/index.js';
import { inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { say } from './print.js';

/** Launches of each case and environment, and iterations in them: enough to tell what varies inside a trial from what varies between them. */
const TRIALS = 8;
const ITERATIONS = 8;

/** Trials of a pilot, by case and environment. */
export type Pilot = ReadonlyMap<string, ReadonlyMap<string, readonly Trial[]>>;

/** Launches every case in every environment a few times, before what is measured is planned. Its trials are not kept. */
export async function runPilot(
  id: string,
  cases: readonly Case[],
  specs: readonly EnvironmentSpec[],
  { runtime }: Catalogue,
): Promise<Pilot> {
  const longer = cases.map((one) => withIterations(one, ITERATIONS));
  return inWorkshop({ id, cases: longer, specs, runtime, allowHostSettings: false }, async (workshop) => {
    const context = trialContext(workshop, []);
    const pilot = new Map<string, Map<string, Trial[]>>();
    for (const one of longer) {
      const byEnvironment = new Map<string, Trial[]>();
      pilot.set(one.id, byEnvironment);
      for (const { id: environmentId } of specs) {
        say(`pilot: ${one.id} in ${environmentId}`);
        const trials: Trial[] = [];
        byEnvironment.set(environmentId, trials);
        for (let sequence = 0; sequence < TRIALS; sequence++) {
          const key = { id: 'pilot', sequence, block: sequence, position: 0, caseId: one.id, environmentId };
          trials.push((await runTrial(workshop.drivers.get(environmentId)!, one, key, context)).trial);
          context.signal?.throwIfAborted();
        }
      }
    }
    return pilot;
  });
}

/**
 * The case with the iterations that a pilot found best for it, in the environment that needs most; as it is where it has none to choose, or
 * no pilot could tell. Says what it found.
 */
export function designed(one: Case, pilot: Pilot, policy: Policy): Case {
  const wanted = { halfWidth: Math.log1p(policy.smallestEffect) / 2, z: zOf(policy.confidence) };
  const designs = [...(pilot.get(one.id)?.values() ?? [])].flatMap((trials) => designOf(trials, wanted) ?? []);
  const most = designs.reduce<Design | null>((a, b) => (a && a.iterations >= b.iterations ? a : b), null);
  if (!hasIterations(one) || most === null) return one;
  const { iterations, sd } = most;
  const blocks = Math.max(...designs.map((it) => it.blocks));
  const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
  say(
    `${one.id}: ${iterations} iterations a trial (spread of ${percent(sd.iteration)} between iterations, ${percent(sd.trial)} between trials); ` +
      `an interval of ±${percent(policy.smallestEffect / 2)} needs about ${blocks} blocks`,
  );
  return withIterations(one, iterations);
}

/** Whether the number of iterations of a trial is the harness's to choose. */
export function hasIterations({ spec, workload }: Case): boolean {
  return 'iterations' in spec.params && /^(iteration_ns|throughput)$/.test(workload.headline);
}

/** The same case with so many iterations; one without iterations stays as it is. */
export function withIterations(one: Case, iterations: number): Case {
  if (!hasIterations(one)) return one;
  return { ...one, spec: { ...one.spec, params: { ...one.spec.params, iterations } } };
}

/** @throws SeebenchError for an environment that nobody defined */
export function specNamed(id: string, { profiles, config }: Catalogue): EnvironmentSpec {
  return environmentNamed(id, profiles, config.environments);
}
