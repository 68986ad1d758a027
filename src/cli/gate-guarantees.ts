import { guaranteeCount, lostGuarantees, withGuarantees, type GateVerdict, type GuaranteePair } from '../gate/index.js';
import { SeebenchError, type Conformance } from '../model/index.js';
import { readConformance } from '../store/index.js';

/** Options about what conform found of the two sides. */
export interface GuaranteeOptions {
  readonly conformance?: string;
  readonly baselineConformance?: string;
  readonly baselineEnv?: string;
  readonly candidateEnv?: string;
}

/** The two sides, and which environments of them are held against each other. */
interface Guarantees {
  readonly baseline: Conformance;
  readonly candidate: Conformance;
  readonly pairs: readonly GuaranteePair[];
}

/**
 * Reads what conform found of both sides, before anything is measured.
 * @returns `null` where no conformance is given
 * @throws SeebenchError `usage`, `conformance-invalid`; `conformance-lacks-environment` where a side says nothing of an environment
 */
export async function guaranteesOf(options: GuaranteeOptions): Promise<Guarantees | null> {
  const { conformance, baselineConformance, baselineEnv, candidateEnv } = options;
  const missing =
    (baselineConformance !== undefined && conformance === undefined) ||
    (conformance !== undefined && baselineConformance === undefined && candidateEnv === undefined);
  if (missing)
    throw new SeebenchError(
      'usage',
      'two conformances are held against each other: --conformance and --baseline-conformance, or --conformance with --baseline-env and --candidate-env',
      'see `seebench gate --help`',
    );
  if (conformance === undefined) return null;
  const candidate = await readConformance(conformance);
  const baseline = baselineConformance === undefined ? candidate : await readConformance(baselineConformance);
  const named = candidateEnv !== undefined && baselineEnv !== undefined;
  const pairs = named
    ? [{ baseline: baselineEnv, candidate: candidateEnv }]
    : baseline.environments
        .filter(({ id }) => guaranteeCount(baseline, id) > 0)
        .map(({ id }) => ({ baseline: id, candidate: id }));
  const lacking = pairs.find((pair) => guaranteeCount(baseline, pair.baseline) === 0)?.baseline;
  if (pairs.length === 0 || lacking !== undefined)
    throw new SeebenchError(
      'conformance-lacks-environment',
      `${baselineConformance ?? conformance} holds no guarantee of ${lacking ?? 'any environment'} that could be lost`,
      'ask that environment: seebench conform --env ID',
    );
  return { baseline, candidate, pairs };
}

/** The verdict with the guarantees that the candidate lost; as it was when no conformance is given. */
export function heldAgainst(verdict: GateVerdict, guarantees: Guarantees | null): GateVerdict {
  if (guarantees === null) return verdict;
  const { baseline, candidate, pairs } = guarantees;
  return withGuarantees(verdict, lostGuarantees(baseline, candidate, pairs));
}
