export { certify } from './certify.js';
export { conformance, containmentRows, probeLines, proofRows, type ProbeLine } from './conform.js';
export { designOf, type Design } from './design.js';
export { reducePilot } from './pilot.js';
export { makePool, type PilotCase } from './pool.js';
export { checkedRatios, profilesFrom, settingEffects, tuneResult } from './tune.js';
export { historyOf, type HistoryFilter, type HistorySeries, type PastRun } from './history.js';
