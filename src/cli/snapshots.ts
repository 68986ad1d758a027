import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Case } from '../model/index.js';
import { SeebenchError } from '../model/index.js';
import { mountsOf } from '../measure/index.js';
import { cacheDir, getOrBuild, keyOf } from '../provision/index.js';
import { RestoreDriver, TrialCgroup, type LaunchRequest } from '../sandbox/index.js';
import { cgroupName } from './places.js';
import { say } from './print.js';
import type { Workshop } from './wire.js';

/** What a snapshot was made of and for, and what its files must be. */
interface SnapshotFacts {
  readonly ground: Readonly<Record<string, string>>;
  /** `sha256:…` of each file of the image, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Processes and threads of a program that is being warmed. */
const PIDS_LIMIT = 512;

/**
 * Gives every restored environment a snapshot of every case: made once, kept in the cache, checked before each run.
 * @param only of a case, the environments that it is launched in, where these are not all
 * @throws SeebenchError `no-warm-point`, `snapshot-failed`, `snapshot-damaged`, `snapshot-does-not-fit`
 */
export async function bringSnapshots(
  workshop: Workshop,
  cases: readonly Case[],
  signal: AbortSignal,
  only: Readonly<Record<string, readonly string[]>> = {},
): Promise<void> {
  for (const driver of workshop.drivers.values()) {
    if (!(driver instanceof RestoreDriver)) continue;
    for (const one of cases) {
      if (!(only[one.id] ?? [driver.environment.id]).includes(driver.environment.id)) continue;
      if (one.workload.warmPoint !== 'imports')
        throw new SeebenchError(
          'no-warm-point',
          `workload \`${one.workload.id}\` says no point at which it is warm, so ${driver.environment.id} cannot start it`,
          'leave one of them out, or give its manifest a warmPoint (docs/restore.md)',
        );
      driver.use(one.id, await bringSnapshot(driver, one, workshop, signal));
    }
  }
}

async function bringSnapshot(
  driver: RestoreDriver,
  one: Case,
  workshop: Workshop,
  signal: AbortSignal,
): Promise<string> {
  const ground = groundOf(driver, one, workshop);
  const entry = await getOrBuild<SnapshotFacts>(
    cacheDir(),
    'snapshot',
    keyOf(ground),
    { signal, onWait: () => say(`waiting for another process that makes a snapshot of ${one.id}`) },
    async (dir) => {
      say(`snapshot of ${one.id} in ${driver.environment.id}: making it, once`);
      const image = join(dir, 'image');
      const id = `snap-${process.pid}`;
      const cgroup = TrialCgroup.create(cgroupName(), id);
      try {
        await driver.make({ ...requestOf(one, workshop, id), cgroup, signal }, image);
      } finally {
        cgroup?.remove();
      }
      return { ground, files: await digestsOf(image) };
    },
  );
  const image = join(entry.dir, 'image');
  checkFits(entry.facts, ground, await digestsOf(image), image);
  return image;
}

/** @throws SeebenchError where an image is not what it was, or not for this ground */
export function checkFits(
  facts: SnapshotFacts,
  ground: SnapshotFacts['ground'],
  files: SnapshotFacts['files'],
  image: string,
): void {
  const other = Object.keys(ground).filter((name) => facts.ground[name] !== ground[name]);
  if (other.length > 0)
    throw new SeebenchError(
      'snapshot-does-not-fit',
      `the snapshot ${image} was made for another ${other.join(', ')}`,
      'remove its directory; it is made again',
    );
  const names = [...new Set([...Object.keys(facts.files), ...Object.keys(files)])];
  const damaged = names.filter((name) => facts.files[name] !== files[name]);
  if (damaged.length > 0)
    throw new SeebenchError(
      'snapshot-damaged',
      `the snapshot ${image} is not what was made: ${damaged.join(', ')}`,
      'remove its directory; it is made again',
    );
}

/** All that a snapshot depends on: what is in its memory, and what the sentry that wrote it expects to find again. */
function groundOf(driver: RestoreDriver, one: Case, { digests, ...workshop }: Workshop): Record<string, string> {
  const { environment } = driver;
  const { platform, version, profile } = environment;
  const spec = driver.specOf(requestOf(one, { digests, ...workshop }, 'snapshot'));
  const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
  return {
    bundle: digest(spec),
    profile: digest(profile),
    runsc: `${version} ${platform} ${digests[`runtime/${environment.id}`]}`,
    rootfs: digests['rootfs']!,
    code: `${digests['code/guest']} ${digests[`code/${one.workload.id}`]}`,
    data: one.spec.data.map((name) => digests[`data/${name}`]).join(' '),
    cpu: digest(cpuFeatures()),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
  };
}

/** The features of the processor, by which libraries choose their code at the import. */
function cpuFeatures(): string {
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? '';
}

/** A launch of a program that stops at its warm point. */
export function requestOf(one: Case, workshop: Workshop, id: string): LaunchRequest {
  return {
    id,
    guest: {
      command: one.workload.command,
      caseId: one.id,
      params: one.spec.params,
      rootfs: workshop.rootfs,
      mounts: mountsOf(one, workshop),
      memoryBytes: one.spec.memoryBytes,
      pids: PIDS_LIMIT,
    },
    cgroup: null,
    deadlineMs: one.spec.timeoutMs,
  };
}

async function digestsOf(dir: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of readdirSync(dir).toSorted()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(dir, name)), hash);
    digests[name] = `sha256:${hash.digest('hex')}`;
  }
  return digests;
}
