import { join } from 'node:path';
import type { EnvironmentSpec } from '../config/index.js';
import { fingerprint } from '../host/index.js';
import type { TrialContext } from '../measure/index.js';
import { oneLine, SCHEMA_VERSION, type Case, type Conformance, type ConformancePart } from '../model/index.js';
import { writeConformReport } from '../report/index.js';
import type { Driver } from '../sandbox/index.js';
import { writeConformance } from '../store/index.js';
import { availableIds, inWorkshop, trialContext } from './measure-run.js';
import type { Catalogue } from './options.js';
import { makeOutput } from './output.js';
import { REPORTS_DIR, RESULTS_DIR } from './places.js';
import { removeScratch } from './scratch.js';
import { runId } from './run-id.js';
import { probeAll, requireNative, type Workshop } from './wire.js';

/** What every part of `conform` works with. */
export interface ConformContext {
  readonly workshop: Workshop;
  /** The environments that can be asked, native first. */
  readonly drivers: readonly Driver[];
  readonly trials: TrialContext;
  /** Where a part that takes hours keeps what it has, to go on from there. */
  readonly dir: string;
}

/** One part of what is shown: it launches its own sandboxes, which are no measured trials. */
export interface ConformStep {
  /** What its sandboxes need to be there: data of cases. */
  readonly cases: readonly Case[];
  run(context: ConformContext): Promise<Found>;
}

/** A part's own fields of the result, and what is wrong. */
export type Found = Partial<Pick<Conformance, ConformancePart>> & { readonly problems: readonly string[] };

export interface ConformRequest {
  readonly steps: readonly ConformStep[];
  readonly specs: readonly EnvironmentSpec[];
  readonly out: string | null;
  readonly catalogue: Catalogue;
  /** Host settings of profiles may be changed, for the launches of their environments. */
  readonly allowHostSettings?: boolean;
}

/** Asks every environment all that the steps ask, and stores and returns what was found. @returns it, its directory, and its page */
export async function conform(request: ConformRequest): Promise<{ result: Conformance; dir: string; page: string }> {
  const { steps, specs, catalogue, out } = request;
  const id = runId();
  const dir = makeOutput(out ?? join(RESULTS_DIR, id));
  makeOutput(REPORTS_DIR);
  const cases = steps.flatMap((step) => step.cases);
  const { allowHostSettings = false } = request;
  const hostSettingsFor = 'launch' as const;
  const input = { id, cases, specs, runtime: catalogue.runtime, allowHostSettings, hostSettingsFor };
  const result = await inWorkshop(input, async (workshop) => {
    const records = await probeAll(workshop, { emulated: false });
    requireNative(records);
    const available = availableIds(records);
    const drivers = [...workshop.drivers.values()].filter(({ environment }) => available.has(environment.id));
    const found: Found[] = [];
    try {
      for (const step of steps)
        found.push(await step.run({ workshop, drivers, trials: trialContext(workshop, []), dir }));
    } finally {
      removeScratch();
    }
    const environments = records.map(({ id: name, probe }) => ({
      id: name,
      status: probe.status,
      reason: probe.status === 'unavailable' ? probe.reason : null,
    }));
    return conformanceOf(id, environments, found);
  });
  await writeConformance(dir, result);
  const page = await writeConformReport(result, await fingerprint({ hostname: false }), join(REPORTS_DIR, id));
  return { result, dir, page };
}

function conformanceOf(run: string, environments: Conformance['environments'], found: readonly Found[]): Conformance {
  const none = {
    containment: [],
    proof: [],
    unproved: [],
    surface: null,
    limits: [],
    neighbours: [],
    limitHost: null,
    features: [],
    areas: [],
    compat: [],
    differences: [],
  };
  return {
    schemaVersion: SCHEMA_VERSION,
    run,
    environments,
    ...none,
    ...Object.assign({}, ...found),
    // What was to be asked and was not is no answer as expected.
    problems: [
      ...environments.flatMap(({ id, reason }) => (reason === null ? [] : [`${id} was not asked: ${reason}`])),
      ...found.flatMap(({ problems }) => problems),
    ].map((problem) => oneLine(problem, 900)),
  };
}
