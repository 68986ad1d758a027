export { calibrate } from './calibrate.js';
export { iterationOf, progressOf } from './guest-events.js';
export { countMappings } from './sampler.js';
export { runTrial, type MeasuredTrial, type TrialContext, type TrialWatch } from './trial.js';
