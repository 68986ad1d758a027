import { NATIVE, oneLine, type DensityResult, type Bounded, type IdleRow } from '../model/index.js';

type Facts = Omit<DensityResult, 'findings'>;

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`;
const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)}×`;
const between = ({ low, high }: Bounded, text: (value: number) => string): string =>
  low === null || high === null ? '' : ` (95 %: ${text(low)} to ${text(high)})`;
/** That one sentence names; the table has all. */
const MOST_STOPS = 4;
/** Of names of others, in one sentence. */
const name = (text: string): string => oneLine(text, 60);
const listed = (parts: readonly string[]): string => parts.join(', ');

/** What was found, one sentence each. Pure. */
export function densityFindings(facts: Facts): string[] {
  return [...memory(facts), ...work(facts), ...fairness(facts), ...stops(facts)];
}

function memory({ idle, idleCase }: Facts): string[] {
  const told = idle.filter((row) => row.marginal.pss !== null);
  if (told.length === 0) return [];
  const each = told.map(({ environment, marginal: { pss }, overNative }) => {
    const over = environment === NATIVE || overNative === null ? '' : `, ${times(overNative)} native`;
    return `${mib(pss!.value)} in ${name(environment)}${over}${between(pss!, mib)}`;
  });
  const room = (row: IdleRow): string[] => (row.room === null ? [] : [`${row.room} of ${name(row.environment)}`]);
  const rooms = told.flatMap(room);
  return [
    `One more idle sandbox with the imports of ${name(idleCase)} takes, by PSS: ${listed(each)}.`,
    ...(rooms.length === 0
      ? []
      : [`By what one more is charged for, this host has room beside its reserve for ${listed(rooms)}.`]),
  ];
}

function work({ working }: Facts): string[] {
  return [...new Set(working.map((row) => row.case))].flatMap((one) => {
    const own = working.filter((row) => row.case === one && row.ratio !== null);
    const n = Math.max(...own.map((row) => row.n));
    const most = own.filter((row) => row.n === n);
    if (most.length === 0) return [];
    const each = most.map(({ environment, ratio }) => `${times(ratio!.value)} in ${name(environment)}`);
    return [`${n} × ${name(one)} at once get done, of what one native sandbox does alone: ${listed(each)}.`];
  });
}

function fairness({ working, neighbours }: Facts): string[] {
  const [least] = working.filter(({ n }) => n > 1).toSorted((a, b) => a.jain - b.jain);
  const n = Math.max(...neighbours.map((row) => row.n));
  const most = neighbours.filter((row) => row.n === n);
  const each = most.map(({ environment, slowdown }) => `${times(slowdown.value)} in ${name(environment)}`);
  return [
    ...(least === undefined
      ? []
      : [
          `Least even: ${least.n} × ${name(least.case)} in ${name(least.environment)}, Jain’s index ${least.jain.toFixed(3)} (1 is even).`,
        ]),
    ...(most.length === 0
      ? []
      : [
          `${name(most[0]!.steady)} beside ${n - 1} × ${name(most[0]!.noisy)} is slower than alone by ${listed(each)}; an even share of the CPUs would be ${times(most[0]!.evenShare)}.`,
        ]),
  ];
}

function stops({ idle, stops: others, interrupted }: Facts): string[] {
  const early = [
    ...idle.map((row) => ({ what: 'idle', environment: row.environment, ...row.stop })),
    ...others.map((stop) => ({ what: stop.case, ...stop })),
  ].filter(({ kind }) => kind !== 'most' && kind !== 'interrupted');
  const reasons = [...new Set(early.map(({ kind, reason }) => `${kind} (${oneLine(reason, 200)})`))];
  return [
    ...reasons.map((why) => {
      const own = early.filter(({ kind, reason }) => `${kind} (${oneLine(reason, 200)})` === why);
      const each = own.map(({ environment, what, at }) => `${name(environment)}, ${name(what)}, at ${at}`);
      const more = each.length > MOST_STOPS ? `; and ${each.length - MOST_STOPS} more` : '';
      return `Stopped by ${why}: ${each.slice(0, MOST_STOPS).join('; ')}${more}.`;
    }),
    ...(interrupted ? ['Interrupted: what was measured until then is kept, the rest is missing.'] : []),
  ];
}
