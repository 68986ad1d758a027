import { withSettings, type EnvironmentSpec } from '../config/index.js';
import {
  NATIVE,
  type BeyondNative,
  type CatalogueSetting,
  type CheckedRatio,
  type FoundProfile,
} from '../model/index.js';
import { beyondNative, checkedRatios, type Control } from '../study/index.js';
import { specNamed } from './pilot.js';
import { say } from './print.js';
import { measureStage, type TuneRequest } from './tune-measure.js';
import { MIN_BLOCKS } from './suites.js';

/** What fresh blocks say of the found profiles. */
export interface Check {
  readonly run: string;
  readonly ratios: readonly CheckedRatio[];
  readonly beyondNative: readonly BeyondNative[];
}

/** Found profiles as environments. */
export function foundSpecs(plain: EnvironmentSpec, found: readonly FoundProfile[]): EnvironmentSpec[] {
  return found.map(({ id, profile }) => ({ ...plain, id: `${plain.id}-${id}`, profile }));
}

/**
 * The found profiles beside default and native on fresh blocks, which did not choose them; and for what would help anybody: native with their
 * variables and host settings, and each such setting alone on both sides.
 */
export async function checkProfiles(
  request: TuneRequest,
  found: readonly FoundProfile[],
  budgetMs: number,
): Promise<Check | null> {
  const { base, catalogue, cases, plan, settings } = request;
  const [native, plain] = [specNamed(NATIVE, catalogue), specNamed(base, catalogue)];
  const specs = foundSpecs(plain, found);
  const controls: (Control & { readonly specs: readonly EnvironmentSpec[] })[] = [];
  for (const { id, profile } of found)
    if (changesNative(profile))
      controls.push({
        environment: `${base}-${id}`,
        control: `${NATIVE}-${id}`,
        setting: null,
        specs: [controlOf(native, `${NATIVE}-${id}`, profile)],
      });
  const held = new Set(found.flatMap((it) => it.settings));
  for (const setting of settings.filter((it) => held.has(it.id) && changesNative(it))) {
    const [environment, control] = [base, NATIVE].map((side) => `${side}-with-${setting.id}`) as [string, string];
    const profile = { ...withSettings(plain.profile, setting), id: `with-${setting.id}` };
    controls.push({
      environment,
      control,
      setting: setting.id,
      specs: [{ ...plain, id: environment, profile }, controlOf(native, control, profile)],
    });
  }
  say(`checking on fresh blocks: ${specs.map(({ id }) => id).join(', ')}`);
  const all = [native, plain, ...specs, ...controls.flatMap((it) => it.specs)];
  const run = await measureStage(request, {
    cases,
    specs: all,
    record: { tune: { base, tuned: `${base}-tuned`, arms: {} } },
    plan: 'blocks' in plan ? plan : { budgetMs },
    minBlocks: MIN_BLOCKS,
    // Behind the rungs of any search.
    seedStep: 100,
    name: 'check',
  });
  if (run === null) return null;
  const general = found.find((it) => it.class === 'all');
  const pairs = [
    ...specs.flatMap(({ id }) => [[id, base] as const, [id, NATIVE] as const]),
    ...(general === undefined
      ? []
      : found.filter((it) => it !== general).map(({ id }) => [`${base}-${id}`, `${base}-${general.id}`] as const)),
    [base, NATIVE] as const,
    ...controls.map(({ control }) => [control, NATIVE] as const),
  ];
  return { run: run.manifest.id, ratios: checkedRatios(run, pairs), beyondNative: beyondNative(run, base, controls) };
}

function changesNative({ guestEnv, hostSettings }: Pick<CatalogueSetting, 'guestEnv' | 'hostSettings'>): boolean {
  return guestEnv.length + hostSettings.length > 0;
}

/** Native with what of a profile is not gVisor's own. */
function controlOf(native: EnvironmentSpec, id: string, profile: FoundProfile['profile']): EnvironmentSpec {
  const { guestEnv, hostSettings } = profile;
  return { ...native, id, profile: { ...native.profile, id: profile.id, guestEnv, hostSettings } };
}
