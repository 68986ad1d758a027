import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  allEnvironments,
  DEFAULT_ENVIRONMENTS,
  environmentNamed,
  loadProfiles,
  type UserEnvironment,
} from '../../src/config/index.js';
import { errorOf } from './fixture.js';

const profiles = loadProfiles([join(import.meta.dirname, '../../profiles')]);
const mine: UserEnvironment = {
  id: 'my-runsc',
  runtime: 'runsc',
  platform: 'systrap',
  profile: 'tuned',
  binary: '/opt/runsc',
};
const named = (id: string) => environmentNamed(id, profiles, [mine]);

describe('the name of an environment', () => {
  it.each([
    ['native', 'runc', null, 'default', null],
    ['native-tuned', 'runc', null, 'tuned', null],
    ['native-strict', 'runc', null, 'strict', null],
    ['gvisor-systrap', 'runsc', 'systrap', 'default', null],
    ['gvisor-kvm', 'runsc', 'kvm', 'default', null],
    ['gvisor-ptrace-tuned', 'runsc', 'ptrace', 'tuned', null],
    [
      'gvisor-kvm-tuned@v0.0.0-20240722211153-64c016c92987',
      'runsc',
      'kvm',
      'tuned',
      'v0.0.0-20240722211153-64c016c92987',
    ],
    ['gvisor-systrap@20260831', 'runsc', 'systrap', 'default', '20260831'],
  ])('%s tells all of it', (id, runtime, platform, profile, version) => {
    const spec = named(id);
    expect({ ...spec, profile: spec.profile.id }).toEqual({ id, runtime, platform, profile, version, binary: null });
  });

  it('may be a person’s own', () => {
    expect(named('my-runsc')).toMatchObject({
      runtime: 'runsc',
      platform: 'systrap',
      binary: '/opt/runsc',
      profile: { id: 'tuned', rootfs: 'erofs-mounts', runscBuild: 'sidecars' },
    });
  });

  it('of native takes the guest’s variables of a profile, and nothing of gVisor', () => {
    const { profile } = named('native-tuned');
    expect(profile.guestEnv).toEqual(profiles.get('tuned')!.guestEnv);
    expect(profile).toMatchObject({ runscFlags: [], annotations: [], rootfs: 'directory' });
  });

  it.each([
    ['gvisor-sytrap', 'gvisor-systrap'],
    ['gvisor-systrap-tuend', 'gvisor-systrap-tuned'],
    ['natve', 'native'],
    ['my-runcs', 'my-runsc'],
    ['gvisor-systrap-tund@v1', 'gvisor-systrap-tuned'],
  ])('%s is a mistake, and %s was meant', (id, meant) => {
    expect(errorOf(() => named(id))).toMatchObject({
      code: 'unknown-environment',
      exitCode: 2,
      message: `there is no environment \`${id}\`; did you mean \`${meant}\`?`,
      remedy: expect.stringContaining('list environments') as unknown,
    });
  });

  it.each([
    '',
    'docker',
    'gvisor',
    'gvisor-',
    'gvisor-systrap-',
    'native@',
    'gvisor-kvm@',
    'gvisor-kvm@../../etc',
    'gvisor-kvm@v1@v2',
    'gvisor-kvm@a b',
    'native\n',
    '__proto__',
  ])('%j is a mistake', (id) => {
    expect(errorOf(() => named(id))).toMatchObject({ code: 'unknown-environment', exitCode: 2 });
  });

  it('is bounded and harmless in the message', () => {
    expect(errorOf(() => named(`\u001b[31m${'x'.repeat(10_000)}`)).message).toMatch(/^[^\p{Cc}]{1,400}$/u);
  });

  it('of native has no version, for set-up brings no other runc', () => {
    expect(errorOf(() => named('native@1.2.0'))).toMatchObject({
      code: 'unknown-environment',
      message: expect.stringContaining('runsc only') as unknown,
    });
  });
});

describe('a profile with a filter of system calls', () => {
  it('is runc’s: gVisor would ignore it', () => {
    expect(errorOf(() => named('gvisor-systrap-strict'))).toMatchObject({
      code: 'profile-of-runc',
      remedy: expect.stringContaining('native-strict') as unknown,
    });
    expect(named('native-strict').profile.allowedSyscalls).toBeDefined();
  });
});

describe('the environments that there are', () => {
  it('are native and every platform with every profile, and a person’s own', () => {
    expect(allEnvironments(profiles, [mine]).map(({ id }) => id)).toEqual([
      'native',
      'native-patched',
      'native-strict',
      'native-tuned-host',
      'native-tuned',
      ...['systrap', 'kvm', 'ptrace'].flatMap((it) =>
        ['', '-patched', '-tuned-host', '-tuned'].map((end) => `gvisor-${it}${end}`),
      ),
      'my-runsc',
    ]);
  });

  it('hold all that are compared by default', () => {
    const ids = allEnvironments(profiles, []).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...DEFAULT_ENVIRONMENTS]));
  });

  it('say of a person’s own which profile is not there', () => {
    const own = [{ ...mine, profile: 'tund' }];
    expect(errorOf(() => allEnvironments(profiles, own))).toMatchObject({
      code: 'unknown-profile',
      message: expect.stringContaining('did you mean `tuned`') as unknown,
    });
  });
});
