export { affordable, candidatesFor } from './candidates.js';
export { beyondNative, checkedRatios, confirmedBy, type Control } from './check.js';
export { settingEffects } from './effects.js';
export { profilesFrom, profilesOfWinners, writtenProfile, type ProfileInput } from './profiles.js';
export { candidatesByCase, rungsOf, standingsOf, type Candidate, type Race } from './race.js';
export { tuneResult } from './result.js';
