import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { OciDriver } from '../../src/sandbox/oci.js';
import { runcDriver, runscDriver, type DriverHome, type LaunchRequest } from '../../src/sandbox/index.js';
import { guestEnvironment } from '../../src/sandbox/spec.js';
import { environment, guest, home, request, scratch } from './fixture.js';

/** The bundle's specification as the runtime would read it, and the command that would run it. */
function prepared(id: string, change: Partial<LaunchRequest> = {}, own: Partial<DriverHome> = {}) {
  const env = environment(id);
  const dir = scratch();
  const driver = (env.runtime === 'runc' ? runcDriver : runscDriver)(env, home(dir, own)) as OciDriver;
  const command = driver.prepare(request('t1-0', change)).map((arg) => arg.replace(dir, '/run/seebench'));
  return { command, spec: JSON.parse(readFileSync(join(dir, 'bundles/t1-0/config.json'), 'utf8')) as Json };
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Paths of all leaves in which two documents differ. */
function differences(a: Json | undefined, b: Json | undefined, path = ''): string[] {
  const isBranch = (it: Json | undefined): it is { [key: string]: Json } => typeof it === 'object' && it !== null;
  if (!isBranch(a) || !isBranch(b)) return Object.is(a, b) ? [] : [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], `${path}/${key}`),
  );
}

const envOf = (spec: Json): string[] => (spec as { process: { env: string[] } }).process.env;

describe('the bundle', () => {
  it('is what it is meant to be, to the last field', () => {
    const { spec } = prepared('native');
    const { process: guestProcess, linux } = spec as {
      process: { rlimits: { type: string; soft: number; hard: number }[] };
      linux: { seccomp: { architectures: string[] } };
    };
    // These two depend on the host.
    expect(guestProcess.rlimits[0]).toMatchObject({ type: 'RLIMIT_NOFILE', soft: guestProcess.rlimits[0]!.hard });
    guestProcess.rlimits.shift();
    expect(linux.seccomp.architectures.splice(0)).toHaveLength(1);
    expect(spec).toEqual(JSON.parse(readFileSync(join(import.meta.dirname, 'spec.golden.json'), 'utf8')));
  });

  it.each(['gvisor-systrap', 'gvisor-ptrace', 'gvisor-kvm'])(
    'of native and of %s is the same, field by field, but for how many tasks of the host it may take',
    (id) => {
      const [native, gvisor] = [prepared('native').spec, prepared(id).spec];
      expect(differences(native, gvisor)).toEqual(['/linux/resources/pids/limit']);
      expect(native).toMatchObject({ linux: { resources: { pids: { limit: 512 } } } });
      expect(gvisor).toMatchObject({ linux: { resources: { pids: { limit: 16 * 512 + 64 } } } });
    },
  );

  it('of a tuned environment differs by the profile’s guest variables and the EROFS image of the same tree alone', () => {
    const [native, tuned] = [prepared('native').spec, prepared('gvisor-systrap-tuned').spec];
    const { guestEnv } = environment('gvisor-systrap-tuned').profile;
    const places = new Set(differences(native, tuned).map((path) => path.split('/').slice(1, 3).join('/')));
    expect([...places].toSorted()).toEqual([
      'annotations/dev.gvisor.spec.rootfs.source',
      'annotations/dev.gvisor.spec.rootfs.type',
      'linux/resources',
      'process/env',
    ]);
    expect(envOf(tuned)).toEqual([...envOf(native), ...guestEnv.map(({ name, value }) => `${name}=${value}`)]);
  });

  it('of native-tuned has tuned’s guest variables, and nothing of gVisor', () => {
    const [native, control, tuned] = ['native', 'native-tuned', 'gvisor-systrap-tuned'].map(
      (id) => prepared(id).spec,
    ) as [Json, Json, Json];
    expect(envOf(control)).toEqual(envOf(tuned));
    expect(differences(native, control).every((path) => path.startsWith('/process/env/'))).toBe(true);
  });

  it('of native-strict differs from native’s by its filter alone, which refuses what it does not name', () => {
    const [native, strict] = [prepared('native').spec, prepared('native-strict').spec];
    expect(differences(native, strict).every((path) => path.startsWith('/linux/seccomp/'))).toBe(true);
    const { seccomp } = (strict as { linux: { seccomp: { defaultAction: string; syscalls: object[] } } }).linux;
    expect(seccomp).toMatchObject({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1 });
    expect(seccomp.syscalls[0]).toEqual({ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 });
    const threads = { index: 0, value: 0x10000, valueTwo: 0x10000, op: 'SCMP_CMP_MASKED_EQ' };
    expect(seccomp.syscalls).toContainEqual({ names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [threads] });
    expect(seccomp.syscalls).toContainEqual({ names: ['execve'], action: 'SCMP_ACT_ALLOW' });
  });

  it('without root has a user namespace of one user, and asks for nothing that a user may not have', () => {
    const { spec, command } = prepared('gvisor-systrap', { cgroup: null }, { rootless: true });
    const { linux, mounts } = spec as unknown as { linux: Record<string, unknown>; mounts: { destination: string }[] };
    expect(linux).toMatchObject({ uidMappings: [{ containerID: 0, hostID: process.getuid!(), size: 1 }] });
    expect(linux['namespaces']).toContainEqual({ type: 'user' });
    expect(Object.keys(linux)).not.toEqual(expect.arrayContaining(['resources']));
    expect(Object.keys(linux)).not.toEqual(expect.arrayContaining(['cgroupsPath']));
    expect(mounts.map(({ destination }) => destination)).not.toContain('/sys');
    expect(command).toEqual(expect.arrayContaining(['--rootless', '--ignore-cgroups']));
  });

  it('cannot be made for a profile that wants an EROFS image where there is none', () => {
    const rootfs = { dir: '/cache/rootfs', erofs: null };
    expect(() => prepared('gvisor-systrap-tuned', { guest: guest({ rootfs }) })).toThrow(
      expect.objectContaining({ code: 'erofs-missing', exitCode: 2 }),
    );
  });
});

describe('the guest’s environment', () => {
  it('holds nothing of the host’s', () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('PYTHONUNBUFFERED', '1');
    const variables = guestEnvironment(guest(), environment('native').profile);
    vi.unstubAllEnvs();
    expect(variables).toEqual([
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/tmp',
      'LANG=C.UTF-8',
      'PYTHONPATH=/seebench',
      'PYTHONHASHSEED=0',
      'PYTHONDONTWRITEBYTECODE=1',
      'SEEBENCH_EVENTS_FD=3',
      'SEEBENCH_CASE=tpch-duckdb@smoke',
      'SEEBENCH_PARAMS={"rows":10,"name":"a \\"b\\" c"}',
    ]);
  });
});

describe('the command', () => {
  it('of runc and of runsc hands the guest descriptor 3, and keeps state in a directory of its own', () => {
    expect(prepared('native').command).toEqual([
      '/opt/runc',
      '--root=/run/seebench/roots/runc',
      'run',
      '--bundle=/run/seebench/bundles/t1-0',
      '--preserve-fds=1',
      't1-0',
    ]);
    expect(prepared('gvisor-ptrace').command).toEqual([
      '/opt/runsc',
      '--root=/run/seebench/roots/runsc',
      '--platform=ptrace',
      '--network=none',
      'run',
      '--bundle=/run/seebench/bundles/t1-0',
      '--pass-fd=3:3',
      't1-0',
    ]);
  });

  it('has the profile’s flags, and a log only where one was asked for', () => {
    const { runscFlags } = environment('gvisor-systrap-tuned').profile;
    const { command } = prepared('gvisor-systrap-tuned', { debugLogDir: '/tmp/log' });
    const flags = runscFlags.map(({ name, value }) => `--${name}=${value}`);
    expect(command).toEqual(expect.arrayContaining([...flags, '--debug-log=/tmp/log/']));
    expect(prepared('gvisor-systrap-tuned').command.join(' ')).not.toContain('log');
    expect(prepared('native', { debugLogDir: '/tmp/log' }).command.join(' ')).not.toContain('log');
  });
});
