import { EXIT, metricOf, SeebenchError, type Case, type CaseInfo } from '../model/index.js';

/** What results keep of a case. @throws SeebenchError `unknown-metric`: a manifest names a headline that is none */
export function caseInfo(one: Case): CaseInfo {
  const { workload } = one;
  const headline = metricOf(workload.headline);
  if (headline === undefined)
    throw new SeebenchError(
      'unknown-metric',
      `${workload.id}: ${workload.headline} is no metric`,
      'see `seebench list metrics`',
      EXIT.internal,
    );
  return {
    id: one.id,
    workload: workload.id,
    title: workload.title,
    class: workload.class,
    description: workload.description,
    size: one.size,
    headline: workload.headline,
    headlineBetter: headline.better,
    workUnit: workload.workUnit,
    params: one.spec.params,
  };
}
