import type { Injection } from './run.js';

/** What an identical twin of an environment is called: `native+null` is native against native. */
const TWIN = '+null';

/** The twin of an environment: the same in everything but its name. */
export function twinOf(environmentId: string): string {
  return environmentId + TWIN;
}

/** The name of an environment that is slowed down, e.g. `gvisor-systrap+cpu5`. */
export function slowedId(environmentId: string, { kind, slowdown }: Pick<Injection, 'kind' | 'slowdown'>): string {
  return `${environmentId}+${kind}${Math.round(slowdown * 100)}`;
}

/** The environment without what a pool or a null control added to its name. */
export function plainId(environmentId: string): string {
  const plus = environmentId.lastIndexOf('+');
  return plus > 0 && /^\+(null|(cpu|syscall|fault)\d+)$/.test(environmentId.slice(plus))
    ? environmentId.slice(0, plus)
    : environmentId;
}
