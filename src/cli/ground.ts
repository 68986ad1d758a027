import { oneLine, SeebenchError, type RunManifest } from '../model/index.js';

/** Trials of one run must stand on the same ground, or they cannot be compared. */
export function refuseOtherGround(before: RunManifest, now: RunManifest): void {
  const changed = Object.keys({ ...before.digests, ...now.digests }).filter(
    (name) => before.digests[name] !== now.digests[name],
  );
  const versions = before.environments
    .filter((old) => now.environments.find(({ id }) => id === old.id)?.version !== old.version)
    .map(({ id }) => id);
  const came = before.environments
    .filter((old) => now.environments.find(({ id }) => id === old.id)?.probe.status !== old.probe.status)
    .map(({ id }) => id);
  const is = (manifest: RunManifest, id: string): string => {
    const { runtime, platform, profile } = manifest.environments.find((it) => it.id === id) ?? {};
    return JSON.stringify([runtime, platform, profile]);
  };
  const other = before.environments.filter(({ id }) => is(before, id) !== is(now, id)).map(({ id }) => `what ${id} is`);
  const host = before.fingerprint.id === now.fingerprint.id ? [] : ['the host'];
  const all = [...host, ...changed, ...versions, ...came, ...other].map((it) => oneLine(it));
  if (all.length === 0) return;
  throw new SeebenchError(
    'ground-changed',
    `since the run began, these changed: ${[...new Set(all)].join(', ')}`,
    'start a new run',
  );
}
