export { presentBenchstat } from './benchstat.js';
export { getOrBuild, keyOf, removeStale } from './cache.js';
export { provision } from './provision.js';
export { LOCKED_TOOLS, presentTool, type LockedTool } from './tools.js';
export { cacheDir } from './paths.js';
export type { Provisioned, ProvisionRequest } from './request.js';
export { checkRootfs } from './rootfs-check.js';
export type { StepEvent } from './steps.js';
export type { ProvidedHelpers } from './helpers.js';
