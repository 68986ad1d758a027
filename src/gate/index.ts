export { parseBaseline } from './baseline.js';
export { comparisonsAcross, comparisonsWithin, differencesOf } from './compare-sides.js';
export { confirmed } from './confirm.js';
export { decide, percentText } from './decide.js';
export { junit } from './junit.js';
export { figures, markdown } from './markdown.js';
export { sideOf, type Side } from './side.js';
export type { Comparison, Evidence, GateVerdict } from './types.js';
export { gateVerdict } from './verdict.js';
