import type { ExplainedCase, PartName } from '../model/index.js';

/** Parts as people call them. */
export const PART_TITLES: Readonly<Record<PartName, string>> = {
  boot: 'sandbox start and end',
  clock: 'reads of the clock',
  calls: 'system calls',
  files: 'access to files',
  mappings: 'memory mappings',
  faults: 'page faults',
  threads: 'threads and processes',
};

/** What is to be said first of an explained run. */
export function explainFindings(cases: readonly ExplainedCase[]): string[] {
  const judged = cases.filter(({ heldOut, verdict }) => heldOut && verdict !== 'noise');
  const within = (environment: string): string => {
    const here = judged.filter((it) => it.environment === environment);
    return `in ${environment} ${here.filter(({ verdict }) => verdict === 'within').length} of ${here.length}`;
  };
  const environments = [...new Set(judged.map(({ environment }) => environment))];
  const largest = cases.toSorted((a, b) => b.overheadNs - a.overheadNs).slice(0, 3);
  return [
    judged.length === 0
      ? 'No case of this run was held out while the model was made: how well it predicts is not shown here.'
      : `Of the cases that were never looked at while the model was made, these are predicted within 25 % of what was measured: ${environments.map(within).join(', ')}. Cases whose overhead may be none do not count.`,
    ...largest.map((it) => {
      const part = it.parts.toSorted((a, b) => Math.abs(b.ns) - Math.abs(a.ns))[0]!;
      const takes = `${ms(Math.abs(it.overheadNs))} ${it.overheadNs < 0 ? 'less' : 'more'}`;
      return `${it.case} takes ${takes} in ${it.environment} than natively; the model gives ${ms(it.predictedNs)}, most of it ${PART_TITLES[part.name]} (${ms(part.ns)}).`;
    }),
  ];
}

function ms(ns: number): string {
  const size = Math.abs(ns / 1e6);
  return size >= 1000 ? `${(ns / 1e9).toFixed(2)} s` : `${(ns / 1e6).toFixed(size < 10 ? 1 : 0)} ms`;
}
