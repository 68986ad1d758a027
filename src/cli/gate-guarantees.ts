import { lostGuarantees, withGuarantees, type GateVerdict } from '../gate/index.js';
import { SeebenchError } from '../model/index.js';
import { readConformance } from '../store/index.js';

/** Options about what conform found of the two sides. */
export interface GuaranteeOptions {
  readonly conformance?: string;
  readonly baselineConformance?: string;
  readonly baselineEnv?: string;
  readonly candidateEnv?: string;
}

/** Before anything is measured. @throws SeebenchError `usage` */
export function requireConformance({ conformance, baselineConformance, candidateEnv }: GuaranteeOptions): void {
  const missing =
    (baselineConformance !== undefined && conformance === undefined) ||
    (conformance !== undefined && baselineConformance === undefined && candidateEnv === undefined);
  if (missing)
    throw new SeebenchError(
      'usage',
      'two conformances are held against each other: --conformance and --baseline-conformance, or --conformance with --baseline-env and --candidate-env',
      'see `seebench gate --help`',
    );
}

/** The verdict with the guarantees that the candidate lost; as it was when no conformance is given. */
export async function heldAgainst(verdict: GateVerdict, options: GuaranteeOptions): Promise<GateVerdict> {
  const { conformance, baselineConformance, baselineEnv, candidateEnv } = options;
  if (conformance === undefined) return verdict;
  const candidate = await readConformance(conformance);
  const baseline = baselineConformance === undefined ? candidate : await readConformance(baselineConformance);
  const pairs =
    candidateEnv === undefined || baselineEnv === undefined
      ? baseline.environments.map(({ id }) => ({ baseline: id, candidate: id }))
      : [{ baseline: baselineEnv, candidate: candidateEnv }];
  return withGuarantees(verdict, lostGuarantees(baseline, candidate, pairs));
}
