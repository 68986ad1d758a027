export { allEnvironments, DEFAULT_ENVIRONMENTS, environmentNamed, type EnvironmentSpec } from './environments.js';
export { loadProfiles, profileSchema, profileYaml } from './profile.js';
export { configSchema, loadUserConfig, type UserConfig, type UserEnvironment } from './user-config.js';
export { loadLimits, loadProbes, loadSyscallNames } from './probes.js';
export { loadCompat, type Compat } from './compat.js';
export { loadExplainCatalogue } from './explain.js';
export { loadAreas, loadFeatures } from './features.js';
export { loadWorkload, loadWorkloads, manifestSchema } from './workload.js';
export { loadYaml } from './yaml.js';
export { loadPolicy, policySchema } from './policy.js';
export {
  holdsSetting,
  loadSettings,
  settingsSchema,
  settingsNamed,
  settingValue,
  withoutSetting,
  withSetting,
} from './settings.js';
