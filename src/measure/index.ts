export { calibrate } from './calibrate.js';
export { iterationOf, progressOf } from './guest-events.js';
export { countMappings } from './sampler.js';
export { mountsOf, runTrial, type MeasuredTrial, type TrialContext, type TrialWatch } from './trial.js';
