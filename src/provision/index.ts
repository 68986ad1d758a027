export { removeStale } from './cache.js';
export { provision } from './provision.js';
export type { Provisioned, ProvisionRequest } from './request.js';
export { checkRootfs } from './rootfs-check.js';
export type { StepEvent } from './steps.js';
