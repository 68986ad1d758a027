import type { ErrorRates, RunState } from '../model/index.js';
import { duration, quantity } from './format.js';
import { counted, oneLine } from './text.js';
import type { ReportView } from './view.js';

/** Stands first in everything that is made of a run on an emulated CPU. */
export const EMULATED_WARNING =
  'This CPU is emulated: every time below shows that something works, and is no measure of anything.';

/** Which run this is, in one line. */
export function runLine(view: ReportView): string {
  const { id, plan, timing, state } = view.run.manifest;
  const trials = counted(view.run.trials.length, 'trial');
  return [
    `seebench`,
    `${oneLine(plan.suite, 24)} suite`,
    utc(timing.startedAtMs),
    `${trials} in ${duration(timing.measuringMs)}`,
    oneLine(id, 64),
    ...stateWords(state),
  ].join(' · ');
}

/** On what it ran, in one line. */
export function hostLine(view: ReportView): string {
  const { cpuModel, cores, memoryBytes, kernel, distro, virtualization } = view.run.manifest.fingerprint;
  const virtual = virtualization === 'none' ? 'no hypervisor' : `virtual machine (${virtualization})`;
  return [oneLine(cpuModel), counted(cores, 'core'), quantity(memoryBytes, 'bytes'), `Linux ${kernel}`, distro, virtual]
    .map((part) => oneLine(part))
    .join(', ');
}

/** `2026-11-23 19:00 UTC`; `unknown time` of a moment that no calendar has. */
export function utc(ms: number): string {
  return isDate(ms) ? `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'unknown time';
}

/** `2026-11-23`; `unknown day` of a moment that no calendar has. */
export function day(ms: number): string {
  return isDate(ms) ? new Date(ms).toISOString().slice(0, 10) : 'unknown day';
}

function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime());
}

function stateWords(state: RunState): string[] {
  if (state.kind === 'complete') return [];
  return [state.kind === 'running' ? 'unfinished: the run still goes on' : `unfinished: ${oneLine(state.reason)}`];
}

/** How far a gate on this host can be trusted, in a sentence. */
export function errorRatesLine(errorRates: ErrorRates | null): string {
  return errorRates === null
    ? 'How often a gate would err on this host, and how small a slowdown it would see, is not known yet: seebench certify measures it.'
    : oneLine(errorRates.sentence, 600);
}
