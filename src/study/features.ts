import {
  NATIVE,
  oneLine,
  type AreaAnswer,
  type AreaRow,
  type Feature,
  type FeatureAnswer,
  type FeatureRow,
  type LackFound,
  type SnowparkArea,
} from '../model/index.js';
import { median, ratioInterval } from '../stats/index.js';

const ANSWERS = ['works', 'blocked', 'broken', 'not-applicable', 'lacking'] as const;

/** What a program in a sandbox said of its one task. */
export interface TaskLine {
  readonly answer: (typeof ANSWERS)[number];
  readonly detail: string;
  /** What it observed, or the digest of it. */
  readonly seen: string | null;
  readonly ns: number | null;
  readonly lacks: readonly LackFound[];
}

/** One launch of one task. */
export interface TaskLaunch {
  readonly task: string;
  readonly environment: string;
  readonly block: number;
  readonly line: TaskLine;
}

const MOST_LACKS = 50;

const broken = (detail: string): TaskLine => ({ answer: 'broken', detail, seen: null, ns: null, lacks: [] });

/**
 * Reads what a sandbox said of the task that it was given. It is not believed: lines that are no answer to it are dropped, of two answers
 * neither counts, and no work took longer than the whole launch did.
 * @param ended how the launch ended where that was not in order, e.g. at its deadline; `null` otherwise
 */
export function taskLine(stdout: string, task: string, wallNs: number | null, ended: string | null): TaskLine {
  if (ended !== null) return broken(oneLine(ended, 200));
  const lines = stdout.split('\n').flatMap((line) => parsed(line, task));
  const [line, second] = lines;
  if (line === undefined) return broken('it ended without an answer');
  if (second !== undefined) return broken('answered twice');
  if (line.ns !== null && wallNs !== null && line.ns > wallNs)
    return broken('it timed more than its whole launch took');
  if (line.answer === 'works' && line.seen === null) return broken('it works, and nothing was seen');
  return line;
}

function parsed(text: string, task: string): TaskLine[] {
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    const answer = ANSWERS.find((known) => known === line['answer']);
    if (line['task'] !== task || answer === undefined) return [];
    const { detail, seen, ns, lacks } = line;
    return [
      {
        answer,
        detail: string(detail, 200) ?? '',
        seen: string(seen, 1000),
        ns: typeof ns === 'number' && Number.isFinite(ns) && ns > 0 ? ns : null,
        lacks: Array.isArray(lacks) ? lacks.slice(0, MOST_LACKS).flatMap(lackOf) : [],
      },
    ];
  } catch {
    return [];
  }
}

function string(value: unknown, most: number): string | null {
  return typeof value === 'string' ? oneLine(value, most) : null;
}

function lackOf(value: unknown): LackFound[] {
  const { id, said } = (value ?? {}) as Record<string, unknown>;
  const name = string(id, 60);
  return name === null ? [] : [{ id: name, said: string(said, 200) ?? '' }];
}

/** An environment, and what is to be expected of it. */
export interface TaskPlace {
  readonly id: string;
  readonly gvisor: boolean;
}

/** The worse of two launches' answers stands for both. */
const BY_HARM: readonly FeatureAnswer[] = ['works', 'not-applicable', 'differs', 'blocked', 'broken'];

/** Every feature in every environment. What native saw first is what the others are held against, native's own other launches too. */
export function featureRows(
  features: readonly Feature[],
  places: readonly TaskPlace[],
  launches: readonly TaskLaunch[],
): FeatureRow[] {
  return features.flatMap((feature) => {
    const own = launches.filter(({ task }) => task === feature.id);
    const natively = own.filter(({ environment }) => environment === NATIVE);
    const seen = natively.find(({ line }) => line.answer === 'works')?.line.seen ?? null;
    return places.map((place) => {
      const here = own.filter(({ environment }) => environment === place.id);
      const answers = here.map(({ line }) => comparedWith(seen, line));
      const worst = answers.toSorted((a, b) => BY_HARM.indexOf(b.answer) - BY_HARM.indexOf(a.answer))[0] ?? {
        answer: 'broken',
        detail: 'it was not launched',
      };
      const { answer } = worst;
      const alike = answers.filter((it) => it.answer === answer).length;
      const some = alike < answers.length ? `${alike} of ${answers.length} launches: ` : '';
      return {
        feature: feature.id,
        environment: place.id,
        answer,
        ok: featureOk(feature, place, answer),
        detail: `${some}${worst.detail}`,
        launches: here.length,
        ...(answer === 'works' ? costOf(here, natively) : NO_COST),
      };
    });
  });
}

function comparedWith(
  native: string | null,
  { answer, detail, seen }: TaskLine,
): { answer: FeatureAnswer; detail: string } {
  if (answer === 'lacking') return { answer: 'broken', detail: 'no answer to a feature' };
  // The root file system is the same one.
  if (answer === 'not-applicable' && native !== null)
    return { answer: 'broken', detail: `${detail}; natively it is there` };
  if (answer !== 'works' || native === null || seen === native) return { answer, detail };
  return { answer: 'differs', detail: difference(native, seen ?? '') };
}

/** Only the fields that differ, where both are JSON objects. */
function difference(native: string, seen: string): string {
  const [theirs, own] = [fields(native), fields(seen)];
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(own)])].filter(
    (name) => JSON.stringify(theirs[name]) !== JSON.stringify(own[name]),
  );
  const say = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
  return oneLine(names.map((name) => `${name}: ${say(own[name])}, natively ${say(theirs[name])}`).join('; '), 300);
}

function fields(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { seen: value };
  } catch {
    return { seen: text };
  }
}

/**
 * Native has to work, and so has gVisor but for what it is known for. Another profile of runc is a baseline that may block: that it does is
 * what it shows.
 */
function featureOk(feature: Feature, { id, gvisor }: TaskPlace, answer: FeatureAnswer): boolean {
  if (answer === 'works' || answer === 'not-applicable') return true;
  return gvisor ? answer === feature.gvisor?.answer : id !== NATIVE && answer === 'blocked';
}

type Cost = Pick<FeatureRow, 'ns' | 'nsLeast' | 'nsMost' | 'ratio' | 'low' | 'high'>;
const NO_COST: Cost = { ns: null, nsLeast: null, nsMost: null, ratio: null, low: null, high: null };

function costOf(here: readonly TaskLaunch[], natively: readonly TaskLaunch[]): Cost {
  const times = here.flatMap(({ line: { ns } }) => (ns === null ? [] : [ns]));
  if (times.length === 0) return NO_COST;
  const spread = { ns: median(times), nsLeast: Math.min(...times), nsMost: Math.max(...times) };
  if (here[0]?.environment === NATIVE) return { ...NO_COST, ...spread };
  const native = new Map(natively.map(({ block, line }) => [block, line.answer === 'works' ? line.ns : null]));
  const ratios = here.flatMap(({ block, line: { ns } }) => {
    const other = native.get(block) ?? null;
    return ns === null || other === null ? [] : [ns / other];
  });
  return { ...spread, ...ratioInterval(ratios) };
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Every area in every environment; what local testing lacks has to be what native's lacks, and what the catalogue says. */
export function areaRows(
  areas: readonly SnowparkArea[],
  places: readonly TaskPlace[],
  launches: readonly TaskLaunch[],
): AreaRow[] {
  return areas.flatMap((area) => {
    const own = launches.filter(({ task }) => task === area.id);
    const native = own.find(({ environment }) => environment === NATIVE)?.line ?? null;
    return places.map((place) => {
      const line = own.find(({ environment }) => environment === place.id)?.line ?? broken('it was not launched');
      const { answer, detail } = areaAnswer(area, line, native);
      const expected = answer === 'equal' || answer === 'lacking' || answer === 'not-applicable';
      return {
        area: area.id,
        environment: place.id,
        answer,
        ok: expected || (answer === 'blocked' && !place.gvisor && place.id !== NATIVE),
        digest: line.seen !== null && DIGEST.test(line.seen) ? line.seen : null,
        lacks: line.lacks,
        detail,
      };
    });
  });
}

function areaAnswer(
  area: SnowparkArea,
  line: TaskLine,
  native: TaskLine | null,
): { readonly answer: AreaAnswer; readonly detail: string } {
  const { answer, detail, seen } = line;
  if (answer === 'not-applicable' && native?.answer === 'works')
    return { answer: 'broken', detail: `${detail}; natively it is there` };
  if (answer !== 'works' && answer !== 'lacking') return { answer, detail };
  const names = (of: TaskLine): string => of.lacks.map(({ id }) => id).join(', ');
  const known = area.lacks.map(({ id }) => id).join(', ');
  if (names(line) !== known)
    return {
      answer: 'differs',
      detail: `local testing lacks ${names(line) || 'nothing'}; known: ${known || 'nothing'}`,
    };
  if (answer === 'lacking') return { answer, detail };
  if (seen === null || !DIGEST.test(seen)) return { answer: 'broken', detail: 'no digest' };
  if (native === null || native.answer !== 'works') return { answer: 'broken', detail: 'native has no digest' };
  if (seen !== native.seen) return { answer: 'differs', detail: 'the digest is not native’s' };
  return { answer: 'equal', detail: '' };
}

/** What of features and areas is not as expected, one sentence each. */
export function featureProblems(features: readonly FeatureRow[], areas: readonly AreaRow[]): string[] {
  const said = (what: string, row: FeatureRow | AreaRow): string =>
    `${what} in ${row.environment}: ${row.answer}${row.detail === '' ? '' : ` (${row.detail})`}`;
  return [
    ...features.filter(({ ok }) => !ok).map((row) => said(row.feature, row)),
    ...areas.filter(({ ok }) => !ok).map((row) => said(`Snowpark ${row.area}`, row)),
  ];
}
