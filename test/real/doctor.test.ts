import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NOTHING, Place } from './harness.js';

interface Row {
  readonly id: string;
  readonly status: 'available' | 'unavailable';
  readonly reason: string | null;
  readonly launchMs: number | null;
  readonly inside: { readonly cpus: number; readonly platform: string | null; readonly kernelRelease: string } | null;
}

describe('doctor', () => {
  const place = new Place();
  afterAll(() => place.remove());

  /** A runsc of shell, in a user's config under the platform KVM with two profiles. */
  function fakeRunsc(name: string, script: string): string {
    const dir = join(place.dir, name);
    mkdirSync(dir);
    writeFileSync(join(dir, 'runsc'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, 'runsc'), 0o755);
    const ids = ['fake-kvm', 'fake-kvm-tuned'];
    const environments = ids.map((id) => ({
      id,
      runtime: 'runsc',
      platform: 'kvm',
      binary: './runsc',
      profile: id.endsWith('tuned') ? 'tuned' : 'default',
    }));
    writeFileSync(join(dir, 'seebench.yaml'), JSON.stringify({ environments }));
    return join(dir, 'seebench.yaml');
  }

  async function rows(...args: readonly string[]): Promise<{ rows: Row[]; wallMs: number; status: number | null }> {
    const said = await place.run('doctor', '--json', ...args);
    const { environments } = JSON.parse(said.stdout) as { environments: Row[] };
    return { rows: environments, wallMs: said.wallMs, status: said.status };
  }

  it('launches each environment for real, and verifies the platform from outside', async () => {
    const { rows: found, status, wallMs } = await rows();
    expect(status).toBe(0);
    expect(found.map(({ id }) => id)).toEqual([
      'native',
      'gvisor-systrap',
      'gvisor-systrap-tuned',
      'gvisor-ptrace',
      'gvisor-kvm',
    ]);
    for (const { id, status: is, inside } of found.slice(0, 4)) {
      expect({ id, is }).toEqual({ id, is: 'available' });
      expect(inside!.cpus).toBe(cpus().length);
      expect(inside!.platform).toBe(/systrap|ptrace/.exec(id)?.[0] ?? null);
      expect(/gvisor/.test(inside!.kernelRelease)).toBe(id !== 'native');
    }
    // Where KVM runs, it is verified like the others; where it does not, people are told why.
    const kvm = found[4]!;
    expect(kvm.status === 'available' ? kvm.inside!.platform : kvm.reason).toMatch(/^kvm$|\w{3,} \w{2,}/);
    expect(wallMs).toBeLessThan(15_000);
    expect(place.leftovers()).toEqual(NOTHING);
  });

  it.each([
    ['in everything', 'sleep 1000', /did not even tell its version within 7 s/],
    // What leaves its session and its group is still in the launcher's reach.
    [
      'at its start and hides',
      'case " $* " in *--version*) echo "runsc version fake";; *) setsid sleep 1000 & sleep 1000;; esac',
      /did not finish its start within 7 s/,
    ],
  ])('a runsc that hangs %s is unavailable within 10 s, once, and leaves nothing', async (name, script, reason) => {
    const config = fakeRunsc(name.replaceAll(' ', '-'), script);
    const idle = await rows('--env', 'native,gvisor-systrap');
    const {
      rows: found,
      wallMs,
      status,
    } = await rows('--config', config, '--env', 'native,fake-kvm-tuned,fake-kvm,gvisor-systrap');
    expect(status).toBe(0);
    expect(found.map(({ id, status: is }) => [id, is])).toEqual([
      ['native', 'available'],
      ['fake-kvm-tuned', 'unavailable'],
      ['fake-kvm', 'unavailable'],
      ['gvisor-systrap', 'available'],
    ]);
    expect(found[1]!.reason).toMatch(reason);
    expect(found[2]!.reason).toBe(found[1]!.reason);
    expect(wallMs - idle.wallMs).toBeLessThan(10_000);
    expect(place.leftovers()).toEqual(NOTHING);
  });
});
