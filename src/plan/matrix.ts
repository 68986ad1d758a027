import { NATIVE, SeebenchError, type Case, type Environment, type Size, type Workload } from '../model/index.js';
import { closest } from './closest.js';

/**
 * Cases of the workloads that were asked for, in the order of `workloads`; all of them when nothing was asked.
 * @throws SeebenchError `unknown-workload`, with the name that may have been meant
 */
export function makeCases(workloads: readonly Workload[], size: Size, names: readonly string[] | null): Case[] {
  return pick(workloads, names, 'workload').map((workload) => ({
    id: `${workload.id}@${size}`,
    workload,
    size,
    spec: workload.sizes[size],
  }));
}

/**
 * Environments that were asked for, `native` first: it is in every run, because each ratio needs it.
 * @throws SeebenchError `unknown-environment`, with the name that may have been meant
 */
export function makeEnvironments<T extends Environment>(
  environments: readonly T[],
  names: readonly string[] | null,
): T[] {
  const chosen = pick(environments, names === null ? null : [NATIVE, ...names], 'environment');
  return chosen.toSorted((a, b) => Number(b.id === NATIVE) - Number(a.id === NATIVE));
}

function pick<T extends { readonly id: string }>(
  all: readonly T[],
  names: readonly string[] | null,
  kind: string,
): T[] {
  if (names === null) return [...all];
  const ids = all.map((item) => item.id);
  const unknown = names.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, ids);
    throw new SeebenchError(
      `unknown-${kind}`,
      `There is no ${kind} "${unknown}".`,
      near === null
        ? `See them with: seebench list ${kind}s`
        : `Did you mean "${near}"? See all with: seebench list ${kind}s`,
    );
  }
  return all.filter((item) => names.includes(item.id));
}
