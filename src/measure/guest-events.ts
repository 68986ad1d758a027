import { z } from 'zod';
import type { MarkName, Sample, TrialInside } from '../model/index.js';
import { metricOf, oneLine } from '../model/index.js';
import type { StampedLine } from '../process/index.js';

/** Longer, more or larger is no measurement, and its ratios would leave the numbers that a report can show. */
const MOST = 1e18;
const amount = z.number().min(0).max(MOST);
const ns = amount;
/** Stored as 32-bit integers, which know no -0. */
const ordinal = z
  .int32()
  .nonnegative()
  .transform((i) => i + 0);
const name = z.string().regex(/^[a-z0-9_+.-]{1,64}$/);

/** Metrics that a guest may give a value for; all others are measured from outside, and not to be taken from it. */
const OWN_METRIC = /^(iteration_ns|throughput|part\/.+|syscall_ns\/.+)$/;

/** What a guest may say on its channel. Everything else fails the trial, and nothing but the trial. */
const guestEvent = z.discriminatedUnion('e', [
  z.object({
    e: z.literal('mark'),
    name: z.enum(['guest', 'interpreter', 'imports', 'first_result', 'done']),
    // Nanoseconds of real time lie above the safe integers: a number, rounded as STAMP_ROUNDING_NS says.
    t: z.number().positive().finite().refine(Number.isInteger, 'expected a whole number'),
  }),
  z.object({ e: z.literal('inside'), kernel: z.string().max(256), cpus: z.int32().positive(), mem: amount }),
  z.object({
    e: z.literal('iteration'),
    i: ordinal,
    ns,
    work: z
      .number()
      .min(1 / MOST)
      .max(MOST)
      .optional(),
  }),
  z.object({ e: z.literal('part'), name, i: ordinal, ns }),
  z.object({ e: z.literal('syscall'), name, ns: z.array(ns).max(1000) }),
  z.object({ e: z.literal('clock'), ns: z.array(ns).max(1000) }),
  z.object({ e: z.literal('value'), name: z.string().max(64), value: amount, unit: z.string().max(32) }),
  // For whoever watches the trial while it runs; nothing of it is kept.
  z.object({ e: z.literal('progress'), done: amount }),
  // What instrumented guests tell of themselves: for who asked for it, who reads it himself.
  z.object({ e: z.literal('usage'), segment: ordinal }),
  z.object({ e: z.literal('digest'), value: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
]);

/** What a trial's guest said, checked; times of marks are nanoseconds since the spawn. */
export interface GuestTale {
  readonly marks: Partial<Record<MarkName, number>>;
  readonly samples: Sample[];
  readonly values: Record<string, number>;
  readonly digest: string | null;
  readonly inside: TrialInside | null;
  /** Least delay between an event's stamp and its arrival: the bound of the clock's error. Negative: the guest's clock is ahead. */
  readonly clockErrorNs: number | null;
  /** The first thing that was wrong, in words; `null` when all was well. */
  readonly problem: string | null;
}

/** Real time is stamped as a JSON number: above 2^53 it is rounded to at most this many nanoseconds. */
const STAMP_ROUNDING_NS = 256;
/** gVisor calibrates its real-time clock to the host's; one that is further ahead than this tells nothing. */
const CLOCK_AHEAD_NS = 1e9;

/**
 * Reads the guest's events.
 * @param spawn the same moment on the host's two clocks: real time to place marks, monotonic time to bound their error.
 * @param workUnit unit of the work of an iteration; `null` when throughput has no meaning.
 */
export function readGuestEvents(
  lines: readonly StampedLine[],
  spawn: { readonly realNs: bigint; readonly monoNs: bigint },
  workUnit: string | null,
): GuestTale {
  const tale: { -readonly [K in keyof GuestTale]: GuestTale[K] } = {
    marks: {},
    samples: [],
    values: {},
    digest: null,
    inside: null,
    clockErrorNs: null,
    problem: null,
  };
  let iteratedNs = 0;
  for (const [index, line] of lines.entries()) {
    const parsed = parseLine(line.text);
    if (typeof parsed === 'string') {
      tale.problem ??= `event ${index + 1} is not valid: ${parsed}`;
      continue;
    }
    switch (parsed.e) {
      case 'mark': {
        const sinceSpawn = Number(BigInt(parsed.t) - spawn.realNs);
        const delay = Number(line.arrivedMonoNs - spawn.monoNs) - sinceSpawn;
        if (sinceSpawn < -STAMP_ROUNDING_NS)
          tale.problem ??= `mark ${parsed.name} lies ${-sinceSpawn} ns before the spawn`;
        if (delay < -CLOCK_AHEAD_NS) tale.problem ??= `mark ${parsed.name} lies ${-delay} ns after its arrival`;
        tale.clockErrorNs = Math.min(tale.clockErrorNs ?? Infinity, delay);
        tale.marks[parsed.name] ??= Math.max(0, sinceSpawn);
        break;
      }
      case 'inside':
        tale.inside = { kernelRelease: oneLine(parsed.kernel, 256), cpus: parsed.cpus, memTotalBytes: parsed.mem };
        break;
      case 'iteration':
        iteratedNs += parsed.ns;
        if (iteratedNs > Number(line.arrivedMonoNs - spawn.monoNs) + CLOCK_AHEAD_NS)
          tale.problem ??= `iterations up to ${parsed.i} took longer than the trial itself`;
        tale.samples.push({ metric: 'iteration_ns', unit: 'ns', iteration: parsed.i, value: parsed.ns });
        if (parsed.work !== undefined && workUnit !== null && parsed.ns >= 1) {
          tale.samples.push({
            metric: 'throughput',
            unit: `${workUnit}/s`,
            iteration: parsed.i,
            value: parsed.work / (parsed.ns / 1e9),
          });
        }
        break;
      case 'part':
        tale.samples.push({ metric: `part/${parsed.name}_ns`, unit: 'ns', iteration: parsed.i, value: parsed.ns });
        break;
      case 'syscall':
        parsed.ns.forEach((value, iteration) =>
          tale.samples.push({ metric: `syscall_ns/${parsed.name}`, unit: 'ns', iteration, value }),
        );
        break;
      case 'clock':
        parsed.ns.forEach((value, iteration) =>
          tale.samples.push({ metric: 'guest_clock_ns', unit: 'ns', iteration, value }),
        );
        break;
      case 'value':
        if (!OWN_METRIC.test(parsed.name) || metricOf(parsed.name) === undefined)
          tale.problem ??= `event ${index + 1} names no metric that a guest can measure`;
        else if (parsed.unit !== metricOf(parsed.name, workUnit ?? undefined)?.unit)
          tale.problem ??= `event ${index + 1} gives ${parsed.name} in another unit`;
        else tale.values[parsed.name] = parsed.value;
        break;
      case 'usage':
        break;
      case 'digest':
        if (tale.digest !== null && tale.digest !== parsed.value) tale.problem ??= 'two different digests were sent';
        tale.digest = parsed.value;
        break;
    }
  }
  const both = tale.samples.find(({ metric }) => Object.hasOwn(tale.values, metric));
  if (both) tale.problem ??= `${both.metric} was told as one value and by iterations`;
  return tale;
}

/** How much of its work a guest says it has done; `null` of any other event. */
export function progressOf({ text }: StampedLine): number | null {
  const event = parseLine(text);
  return typeof event !== 'string' && event.e === 'progress' ? event.done : null;
}

/** What a line tells of an iteration; `null` where it tells of none. */
export function iterationOf({ text }: StampedLine): { readonly ns: number; readonly work: number | null } | null {
  const event = parseLine(text);
  return typeof event !== 'string' && event.e === 'iteration' ? { ns: event.ns, work: event.work ?? null } : null;
}

/** @returns the event, or what is wrong with the line. */
function parseLine(text: string): z.infer<typeof guestEvent> | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  const result = guestEvent.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  return `${issue.path.join('.') || 'event'}: ${issue.message}`.slice(0, 200);
}
