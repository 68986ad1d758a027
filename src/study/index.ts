export { certify } from './certify.js';
export { cellsToMend, cellText, cliffResult } from './cliffs.js';
export {
  containmentProblems,
  containmentRows,
  probeLines,
  proofRows,
  unproved,
  type ProbeLine,
} from './containment.js';
export { idleRows, jain, neighbourRows, shareOf, slopeOf, workRows, type DoneIteration } from './density.js';
export { densityFindings } from './density-findings.js';
export { designOf, type Design } from './design.js';
export { compatProblems, compatRow, difference, lostModule, suspects, type Suspect } from './compat.js';
export {
  afterLoss,
  afterRun,
  keyOfModule,
  launchTale,
  listedModules,
  modulesOf,
  unimplementedIn,
  untouched,
  type ModuleRun,
  type ModuleState,
  type TestModule,
} from './compat-tale.js';
export { areaRows, featureProblems, featureRows, taskLine, type TaskLaunch } from './features.js';
export { explain } from './explain.js';
export { PART_TITLES } from './explain-findings.js';
export { callCounts, parseMetrics } from './instrument.js';
export { reducePilot } from './pilot.js';
export { makePool, type PilotCase } from './pool.js';
export { cpuShare, limitProblems, limitRow, lastWords, type LimitObservation, type UsageSample } from './limits.js';
export { START_PART_NAMES, startupResult, takeApart, type TakenApart } from './startup.js';
export { startSteps, steppedStart, type StartLog } from './startup-log.js';
export {
  affordable,
  beyondNative,
  candidatesByCase,
  candidatesFor,
  checkedRatios,
  confirmedBy,
  profilesFrom,
  profilesOfWinners,
  rungsOf,
  settingEffects,
  standingsOf,
  tuneResult,
  writtenProfile,
  type Candidate,
  type Control,
  type ProfileInput,
  type Race,
} from './tune/index.js';
export {
  FAULT_KERNEL,
  FAULT_USER,
  FILE_FAULT,
  SIGNAL,
  parseCounts,
  parseFilters,
  reachOf,
  type SyscallCount,
} from './surface.js';
export { classMeans, DATA_AND_ML, isDataOrMl, type ClassMean } from './class-means.js';
export { classesOf } from './ratios.js';
export { historyOf, type HistoryFilter, type HistorySeries, type PastRun } from './history.js';
export { environmentName, mostOf, ROLES, vmasResult } from './vmas.js';
