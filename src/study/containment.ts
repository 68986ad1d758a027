import {
  oneLine,
  type ContainmentProbe,
  type ContainmentRow,
  type ProbeAnswer,
  type ProbedKind,
  type ProofRow,
} from '../model/index.js';

/** What a sandbox printed of one probe. */
export interface ProbeLine {
  readonly answer: ProbeAnswer;
  readonly detail: string;
}

const ANSWERS: ReadonlySet<unknown> = new Set<ProbeAnswer>(['contained', 'allowed', 'not-applicable', 'broken']);

/**
 * Reads what the probing program printed. What comes out of a sandbox is not believed: lines that are no answer to a question that was
 * asked are dropped, and of two answers to one question neither counts.
 */
export function probeLines(stdout: string, asked: readonly string[]): Map<string, ProbeLine> {
  const found = new Map<string, ProbeLine>();
  for (const line of stdout.split('\n')) {
    const value = parsed(line);
    if (value === null || !asked.includes(value.probe)) continue;
    const { probe, answer, detail } = value;
    found.set(probe, found.has(probe) ? { answer: 'broken', detail: 'answered twice' } : { answer, detail });
  }
  return found;
}

function parsed(line: string): (ProbeLine & { readonly probe: string }) | null {
  try {
    const { probe, answer, detail } = JSON.parse(line) as Record<string, unknown>;
    if (typeof probe !== 'string' || !ANSWERS.has(answer)) return null;
    return { probe, answer: answer as ProbeAnswer, detail: typeof detail === 'string' ? oneLine(detail, 200) : '' };
  } catch {
    return null;
  }
}

/**
 * Answers of one environment beside what is expected; a question without an answer is broken, and so is one that a sandbox says is not applicable
 * although a native one on the same host has answered it.
 * @param natively empty for native itself
 */
export function containmentRows(
  probes: readonly ContainmentProbe[],
  environment: string,
  kind: ProbedKind,
  lines: ReadonlyMap<string, ProbeLine>,
  natively: ReadonlyMap<string, ProbeLine>,
): ContainmentRow[] {
  const answered = ({ answer }: ProbeLine): boolean => answer === 'contained' || answer === 'allowed';
  return probes.map(({ id, expected }) => {
    const said = lines.get(id) ?? { answer: 'broken' as const, detail: 'no answer' };
    const before = natively.get(id);
    const contradicts = said.answer === 'not-applicable' && before !== undefined && answered(before);
    const { answer, detail } = contradicts
      ? { answer: 'broken' as const, detail: `it says not applicable, and natively it is ${before.answer}` }
      : said;
    // What is expected to be allowed may be contained on a host that is stricter; the other way round it may not.
    const ok = answer === 'not-applicable' || answer === 'contained' || answer === expected[kind];
    return { probe: id, environment, answer, expected: expected[kind], ok, detail };
  });
}

/** Answers in a sandbox that was opened: only what is allowed there could have failed elsewhere. */
export function proofRows(probes: readonly ContainmentProbe[], lines: ReadonlyMap<string, ProbeLine>): ProofRow[] {
  return probes.map(({ id }) => {
    const { answer, detail } = lines.get(id) ?? { answer: 'broken' as const, detail: 'no answer' };
    return { probe: id, shown: answer === 'allowed', answer, detail };
  });
}

/** What is wrong, one sentence each: answers that are not as expected, and what a profile opens that its platform's defaults contain. */
export function containmentProblems(rows: readonly ContainmentRow[]): string[] {
  return [...unexpected(rows), ...opened(rows)];
}

function unexpected(rows: readonly ContainmentRow[]): string[] {
  return rows
    .filter(({ ok }) => !ok)
    .map(
      ({ probe, environment, answer, expected, detail }) =>
        `${probe} in ${environment}: ${answer}, expected ${expected} (${detail})`,
    );
}

/** What a profile opens that the defaults of the same platform contain. */
function opened(rows: readonly ContainmentRow[]): string[] {
  const answers = new Map(rows.map((row) => [`${row.environment}\n${row.probe}`, row.answer]));
  return rows.flatMap(({ probe, environment, answer }) => {
    const base = /^(native|gvisor-(?:systrap|kvm|ptrace))-/.exec(environment)?.[1];
    return base !== undefined && answer === 'allowed' && answers.get(`${base}\n${probe}`) === 'contained'
      ? [`${probe}: contained in ${base}, allowed in ${environment}`]
      : [];
  });
}

/**
 * A probe that never answers `allowed` proves nothing. Where the host's kernel lacks what it asks it cannot, and where the host itself may not
 * do it (a container, a user namespace) it is not to be shown there.
 */
export function unproved(rows: readonly ContainmentRow[], proof: readonly ProofRow[]): string[] {
  const counted = new Set(rows.filter(({ answer }) => answer !== 'not-applicable').map(({ probe }) => probe));
  return proof
    .filter(({ probe, shown, answer }) => !shown && answer !== 'not-applicable' && counted.has(probe))
    .map(
      ({ probe, answer, detail }) => `${probe} is not shown to fail here: ${answer} in an opened sandbox (${detail})`,
    );
}
