export { calibrate } from './calibrate.js';
export { runTrial, type MeasuredTrial, type TrialContext, type TrialWatch } from './trial.js';
