export { calibrate } from './calibrate.js';
export { iterationOf } from './guest-events.js';
export { runTrial, type MeasuredTrial, type TrialContext, type TrialWatch } from './trial.js';
