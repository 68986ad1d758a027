export { calibrate } from './calibrate.js';
export { runTrial, type MeasuredTrial, type TrialContext } from './trial.js';
