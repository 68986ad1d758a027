export { allEnvironments, DEFAULT_ENVIRONMENTS, environmentNamed, type EnvironmentSpec } from './environments.js';
export { loadProfiles, profileNamed, profileSchema } from './profile.js';
export { suggestion } from './suggestion.js';
export { configSchema, loadUserConfig, type UserConfig, type UserEnvironment } from './user-config.js';
export { loadWorkload, loadWorkloads, MANIFEST, manifestSchema } from './workload.js';
export { loadYaml } from './yaml.js';
