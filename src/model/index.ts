export * from './environment.js';
export * from './errors.js';
export * from './events.js';
export * from './metric.js';
export * from './run.js';
export * from './summary.js';
export * from './trial.js';
export * from './workload.js';
