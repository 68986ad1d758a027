export { MIN_N_FOR_INTERVAL, median, medianInterval, quantile } from './order.js';
export { settledOutcomes } from './outcomes.js';
export { ratioInterval } from './ratio.js';
export { hash32, rng, shuffle, type Random } from './rng.js';
export { summarize } from './summarize.js';
export { trialValues } from './trial-values.js';
