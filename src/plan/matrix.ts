import { closest, SeebenchError, type Case, type Size, type Workload } from '../model/index.js';

/**
 * Cases of the workloads that were asked for, in the order of `workloads`; when nothing was asked, all that need no layer.
 * @throws SeebenchError `unknown-workload`, with the name that may have been meant
 */
export function makeCases(workloads: readonly Workload[], size: Size, names: readonly string[] | null): Case[] {
  const ids = workloads.map((workload) => workload.id);
  const unknown = names?.find((name) => !ids.includes(name));
  if (unknown !== undefined) {
    const near = closest(unknown, ids);
    throw new SeebenchError(
      'unknown-workload',
      `There is no workload "${unknown}".`,
      near === null
        ? 'See them with: seebench list workloads'
        : `Did you mean "${near}"? See all with: seebench list workloads`,
    );
  }
  return workloads
    .filter(({ id, layer }) => names?.includes(id) ?? !layer)
    .map((workload) => ({ id: `${workload.id}@${size}`, workload, size, spec: workload.sizes[size] }));
}
