import type { Environment } from '../model/index.js';
import type { LaunchOutput, StampedLine } from '../process/index.js';
import type { Driver, LaunchRequest } from './driver.js';

/** What a fake sandbox does: everything that a real one would report, from nothing but the request. */
export interface FakeScript {
  /** Spawn to deleted, nanoseconds. */
  readonly wallNs: number;
  /** Events as the guest would send them; `t` is nanoseconds since the spawn instead of real time. */
  readonly events: readonly (Record<string, unknown> | string)[];
  readonly exitCode?: number;
  readonly signal?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly timedOut?: boolean;
}

/**
 * A driver that launches nothing and answers at once, for tests of the flow. Its results are never a measurement:
 * the runtime of its environments is `fake`, and says so in every table.
 */
export function fakeDriver(environment: Environment, script: (request: LaunchRequest) => FakeScript): Driver {
  let spawnMonoNs = 1_000_000_000n;
  const spawnRealNs = 1_700_000_000_000_000_000n;
  return {
    environment,
    async launch(request): Promise<LaunchOutput> {
      const played = script(request);
      spawnMonoNs += 1_000_000_000n;
      const events = played.events.map((event): StampedLine => line(event, spawnRealNs, spawnMonoNs));
      for (const event of events) request.onEvent?.(event);
      return {
        report: {
          spawnErrno: 0,
          spawnRealNs,
          spawnMonoNs,
          exitMonoNs: spawnMonoNs + BigInt(played.wallNs),
          status: played.signal ?? (played.exitCode ?? 0) << 8,
          killed: played.timedOut ?? false,
          timedOut: played.timedOut ?? false,
          userNs: played.wallNs / 2,
          systemNs: played.wallNs / 4,
          minorFaults: 100,
          majorFaults: 0,
          voluntarySwitches: 10,
          involuntarySwitches: 1,
          spinBeforeNs: 2_000_000,
          spinAfterNs: 2_200_000,
          spinMemoryBeforeNs: 3_000_000,
          spinMemoryAfterNs: 3_200_000,
          coreToCoreBeforeNs: 40,
          coreToCoreAfterNs: 50,
        },
        events,
        eventsProblem: null,
        stdout: played.stdout ?? '',
        stderr: played.stderr ?? '',
        outputBytes: (played.stdout ?? '').length + (played.stderr ?? '').length,
        timedOut: played.timedOut ?? false,
        aborted: request.signal?.aborted ?? false,
      };
    },
    remove: async () => {},
    observePlatform: () => environment.platform,
  };
}

function line(event: Record<string, unknown> | string, realNs: bigint, monoNs: bigint): StampedLine {
  if (typeof event === 'string') return { text: event, arrivedMonoNs: monoNs };
  const sinceSpawn = BigInt(typeof event['t'] === 'number' ? event['t'] : 0);
  const text =
    event['t'] === undefined
      ? JSON.stringify(event)
      : JSON.stringify({ ...event, t: 0 }).replace('"t":0', `"t":${realNs + sinceSpawn}`);
  return { text, arrivedMonoNs: monoNs + sinceSpawn + 50_000n };
}
