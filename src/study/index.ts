export { certify } from './certify.js';
export { reducePilot } from './pilot.js';
export { makePool, SLOWDOWNS, type PilotCase } from './pool.js';
