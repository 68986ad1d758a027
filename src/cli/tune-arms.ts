import { holdsSetting, settingValue, withoutSetting, withSettings, type EnvironmentSpec } from '../config/index.js';
import {
  NATIVE,
  SeebenchError,
  type CatalogueSetting,
  type Profile,
  type TuneArm,
  type TuneRecord,
} from '../model/index.js';
import { specNamed } from './pilot.js';
import type { TuneRequest } from './tune-measure.js';

/**
 * The environments of the first blocks: native, native with tuned's variables, the defaults, tuned, each setting alone and left out. What starts
 * from a snapshot stands in the blocks of cases that have a warm point.
 * @throws SeebenchError `usage`
 */
export function armsOf({ base, settings, cases, catalogue }: TuneRequest): {
  readonly record: TuneRecord;
  readonly specs: readonly EnvironmentSpec[];
} {
  const tuned = `${base}-tuned`;
  const [plain, full] = [specNamed(base, catalogue), specNamed(tuned, catalogue)];
  if (plain.runtime !== 'runsc' || plain.profile.id !== 'default' || plain.restored)
    throw new SeebenchError(
      'usage',
      `tune starts from gVisor with its defaults, and ${base} is not that`,
      'give --env gvisor-systrap, gvisor-ptrace or gvisor-kvm',
    );
  const restored: EnvironmentSpec = { ...plain, id: `${base}-restore`, restored: true };
  const arms: Record<string, TuneArm> = {};
  const specs = [specNamed(NATIVE, catalogue), specNamed(`${NATIVE}-tuned`, catalogue), plain, full];
  const add = (spec: EnvironmentSpec, kind: TuneArm['kind'], setting: CatalogueSetting, over?: string): void => {
    const { id, isolation } = setting;
    arms[spec.id] = { setting: id, kind, value: settingValue(setting), isolation, ...(over ? { over } : {}) };
    specs.push(spec);
  };
  const named = (id: string, profile: Profile, of = plain): EnvironmentSpec => ({
    ...of,
    id,
    profile: { ...profile, id: id.slice(base.length + 1) },
  });
  for (const setting of settings) {
    const id = `${base}-with-${setting.id}`;
    if (setting.snapshot) {
      const flags = setting.checkpointFlags.length + setting.restoreFlags.length > 0;
      if (!flags) add(restored, 'alone', setting);
      else add(named(id, withSettings(plain.profile, setting), restored), 'alone', setting, restored.id);
      continue;
    }
    add(named(id, withSettings(plain.profile, setting)), 'alone', setting);
    if (holdsSetting(full.profile, setting))
      add(named(`${tuned}-without-${setting.id}`, withoutSetting(full.profile, setting)), 'left-out', setting);
  }
  if (settings.some(({ snapshot }) => snapshot) && !specs.includes(restored)) specs.push(restored);
  const cold = specs.filter((it) => !it.restored).map(({ id }) => id);
  const withoutWarmPoint = cases.filter(({ workload }) => workload.warmPoint !== 'imports');
  const only = Object.fromEntries(cold.length === specs.length ? [] : withoutWarmPoint.map(({ id }) => [id, cold]));
  return { record: { base, tuned, arms, only }, specs };
}
