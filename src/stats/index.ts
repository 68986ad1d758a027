export { blockLogRatio, comparedBlocks, COVARIATE_NAMES, type ComparedBlock, type ComparedTrial } from './blocks.js';
export { changePoints } from './change-points.js';
export { blocksFor, chooseIterations, varianceComponents, withoutPlaces } from './components.js';
export { coreDistance, type CoreDistance } from './core-distance.js';
export { adjustForCovariates } from './covariates.js';
export {
  binomialInterval,
  compareModes,
  compareModesUnpaired,
  findModes,
  fisherP,
  type Modes,
  type ModesShift,
} from './modes.js';
export { adjustP } from './multiple.js';
export { MIN_N_FOR_INTERVAL, median, medianInterval, quantile } from './order.js';
export { cpusOfOthers } from './others.js';
export { settledOutcomes } from './outcomes.js';
export { asRatio, hodgesLehmann, pairedShift, signedRankP, type Shift } from './paired.js';
export { ratioInterval } from './ratio.js';
export { hash32, rng, shuffle, type Random } from './rng.js';
export { narrowEnough, zOf } from './stopping.js';
export { spreadsOf, type Spread } from './spread.js';
export { summarize } from './summarize.js';
export { trialSamples, trialValues, type TrialSamples, type TrialValues } from './trial-values.js';
export { rankSumP, twoSampleShift } from './two-sample.js';
export { steadyState, type SteadyState } from './warm-up.js';
