import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { openWorkshop } from '../../src/cli/wire.js';
import { environmentNamed, loadProfiles, loadWorkloads } from '../../src/config/index.js';
import { NATIVE, type Case, type Size } from '../../src/model/index.js';
import { makeCases } from '../../src/plan/index.js';
import type { LaunchOutput } from '../../src/process/index.js';

// A state directory of the test's own, so that nothing of it stays in the host's.
const state = mkdtempSync(join(tmpdir(), 'seebench-native-'));
process.env['SEEBENCH_STATE'] = state;
afterAll(() => rmSync(state, { recursive: true, force: true }));

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Cases of the repository's workloads whose ids begin so. */
export function casesOf(prefix: string, size: Size): Case[] {
  const workloads = loadWorkloads([folder('workloads')]);
  return makeCases(
    workloads.filter(({ id }) => id.startsWith(prefix)),
    size,
    null,
  );
}

/** Brings what cases need, and gives a function that runs a program beside a case's workload and data in the native sandbox. */
export async function openNative(
  cases: readonly Case[],
): Promise<(one: Case, command: readonly string[]) => Promise<LaunchOutput>> {
  const native = environmentNamed(NATIVE, loadProfiles([folder('profiles')]), []);
  const workshop = await openWorkshop([native], cases, {});
  let launches = 0;
  return (one, command) => {
    const data = one.spec.data.map((name) => ({ source: workshop.dataDirs[name]!, target: `/data/${name}` }));
    launches += 1;
    return workshop.drivers.get(NATIVE)!.launch({
      id: `native-test-${process.pid}-${launches}`,
      guest: {
        command,
        caseId: one.id,
        params: one.spec.params,
        rootfs: workshop.rootfs,
        mounts: [{ source: one.workload.dir, target: '/workload' }, ...data],
        memoryBytes: one.spec.memoryBytes,
        pids: 512,
      },
      cgroup: null,
      deadlineMs: 240_000,
    });
  };
}
