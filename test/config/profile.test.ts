import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProfiles } from '../../src/config/index.js';
import { errorOf, files } from './fixture.js';

const OURS = join(import.meta.dirname, '../../profiles');
const load = (text: string) =>
  loadProfiles([files({ 'mine.yaml': `id: mine\ndescription: Mine.\nisolation: same\n${text}` })]).get('mine')!;
const flag = (name: string, value = 'x') => `runscFlags:\n  - {name: ${name}, value: ${value}, reason: why}\n`;

describe('the profiles of the repository', () => {
  const profiles = [...loadProfiles([OURS]).values()];

  it('are default, which sets nothing, strict, which narrows runc, and tuned ones, of which only tuned-host touches the host', () => {
    expect(profiles.map(({ id }) => id)).toEqual(['default', 'patched', 'strict', 'tuned-host', 'tuned']);
    const [standard, patched, strict, ...others] = profiles;
    const tuned = [patched!, ...others];
    expect(strict).toMatchObject({ runscFlags: [], guestEnv: [], hostSettings: [], isolation: 'same' });
    expect(standard).toMatchObject({
      runscFlags: [],
      annotations: [],
      guestEnv: [],
      hostSettings: [],
      rootfs: 'directory',
      runscBuild: 'module',
    });
    for (const { id, hostSettings, isolation } of tuned) {
      expect({ id, touches: hostSettings.length > 0 }).toEqual({ id, touches: id === 'tuned-host' });
      expect(isolation).toBe('same');
    }
  });

  it('patched and tuned-host, hold what tuned holds', () => {
    const [patched, tunedHost, tuned] = ['patched', 'tuned-host', 'tuned'].map((id) =>
      profiles.find((it) => it.id === id)!,
    );
    const { id: _, description: __, ...settings } = tuned!;
    expect(patched).toMatchObject({ ...settings, runscBuild: 'patched' });
    expect(tunedHost).toMatchObject({ ...settings, hostSettings: tunedHost!.hostSettings });
    expect(tunedHost!.hostSettings.length).toBeGreaterThan(0);
  });

  it('give a reason for every setting', () => {
    for (const { runscFlags, annotations, guestEnv, hostSettings, allowedSyscalls = [] } of profiles) {
      for (const { reason } of [...runscFlags, ...annotations, ...guestEnv, ...hostSettings, ...allowedSyscalls])
        expect(reason.length).toBeGreaterThan(20);
    }
  });

  it('leave to strict no new process, no socket, and nothing else of what the sandboxes before gVisor refused', () => {
    const allowed = profiles.find(({ id }) => id === 'strict')!.allowedSyscalls!;
    const names = allowed.flatMap((rule) => rule.names);
    const whole = allowed.filter(({ when }) => when === undefined).flatMap((rule) => rule.names);
    expect(new Set(whole).size).toBe(whole.length);
    for (const name of [
      'fork',
      'vfork',
      'clone3',
      'socket',
      'socketpair',
      'connect',
      'ptrace',
      'io_uring_setup',
      'bpf',
    ])
      expect(names).not.toContain(name);
    for (const name of [
      'userfaultfd',
      'mount',
      'unshare',
      'keyctl',
      'perf_event_open',
      'memfd_create',
      'setuid',
      'kill',
    ])
      expect(names).not.toContain(name);
    // CLONE_THREAD and nothing beside it.
    expect(allowed.filter((rule) => rule.names.includes('clone'))).toMatchObject([
      { when: { argument: 0, mask: 0x10000, value: 0x10000 } },
    ]);
  });
});

describe('a profile', () => {
  it('may have numbers and truth values where text is wanted', () => {
    expect(load(flag('a', '5') + 'guestEnv:\n  - {name: B, value: true, reason: why}\n')).toMatchObject({
      runscFlags: [{ name: 'a', value: '5' }],
      guestEnv: [{ name: 'B', value: 'true' }],
    });
  });

  it.each(['root', 'platform', 'network', 'rootless', 'debug', 'debug-log', 'log', 'ignore-cgroups'])(
    'may not set --%s, which is seebench’s',
    (name) => {
      expect(errorOf(() => load(flag(name)))).toMatchObject({
        code: 'profile-invalid',
        message: expect.stringMatching(/mine\.yaml:5: runscFlags\.0: this flag is set by seebench/) as unknown,
      });
    },
  );

  it.each([
    ['a flag with dashes', flag('--overlay2'), 'runscFlags.0.name: expected a runsc flag'],
    ['a flag that holds another', flag('"a=b"'), 'runscFlags.0.name'],
    ['a value that is a list', flag('a', '[1]'), 'runscFlags.0.value: expected a text or a number'],
    ['no value', flag('a', 'null'), 'runscFlags.0.value: expected a text or a number'],
    ['no reason', 'guestEnv:\n  - {name: A, value: b}\n', 'guestEnv.0.reason'],
    ['an empty reason', 'guestEnv:\n  - {name: A, value: b, reason: ""}\n', 'expected a reason'],
    [
      'a variable of the harness',
      'guestEnv:\n  - {name: SEEBENCH_EVENTS_FD, value: 9, reason: why}\n',
      'the harness’s own',
    ],
    [
      'a variable that is none',
      'guestEnv:\n  - {name: "A=B", value: b, reason: why}\n',
      'guestEnv.0.name: expected a variable name',
    ],
    [
      'a host setting elsewhere',
      'hostSettings:\n  - {name: /etc/passwd, value: b, reason: why}\n',
      'expected a file below /proc/sys or /sys',
    ],
    ['a kind of root file system', 'rootfs: squashfs\n', 'rootfs: Invalid option'],
    [
      'a host setting that leads elsewhere',
      'hostSettings:\n  - {name: /sys/../etc/passwd, value: b, reason: why}\n',
      'expected a file below /proc/sys or /sys',
    ],
    ['one name twice', flag('a') + '  - {name: a, value: z, reason: why}\n', 'runscFlags: a name stands twice'],
    ['an unknown field', 'flags: []\n', 'flags: there is no such field'],
  ])('may not have %s', (_what, text, message) => {
    expect(errorOf(() => load(text))).toMatchObject({
      code: 'profile-invalid',
      exitCode: 2,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('of a later directory takes the place of ours', () => {
    const dir = files({
      'tuned.yml': 'id: tuned\ndescription: Mine.\nisolation: "weaker: no seccomp"\n',
      'notes.txt': 'no profile',
    });
    expect(loadProfiles([OURS, dir]).get('tuned')).toMatchObject({
      description: 'Mine.',
      isolation: 'weaker: no seccomp',
    });
  });

  it('has an id that no other of its directory has', () => {
    const text = 'id: mine\ndescription: Mine.\nisolation: same\n';
    expect(errorOf(() => loadProfiles([files({ 'a.yaml': text, 'b.yaml': text })]))).toMatchObject({
      code: 'profile-invalid',
      message: expect.stringMatching(/a\.yaml: id: .*b\.yaml has the id `mine`, too/) as unknown,
    });
  });

  it('is not looked for in a directory that is not there', () => {
    expect(errorOf(() => loadProfiles(['/nowhere/profiles']))).toMatchObject({ code: 'profiles-missing', exitCode: 2 });
  });
});

describe('a profile that extends another', () => {
  const head = (id: string, base: string, isolation = 'same') =>
    `id: ${id}\ndescription: D.\nextends: ${base}\nisolation: "${isolation}"\n`;
  const env = (name: string, value: string) => `guestEnv:\n  - {name: ${name}, value: ${value}, reason: why}\n`;
  const values = (profiles: ReturnType<typeof loadProfiles>, id: string) =>
    Object.fromEntries(profiles.get(id)!.guestEnv.map(({ name, value }) => [name, value]));

  it('has all that the other has, and of the same names its own', () => {
    const dir = files({
      'a.yaml': head('a', 'b') + env('X', 'mine') + 'runscBuild: module\n',
      'b.yaml': head('b', 'tuned') + env('Y', 'theirs') + flag('host-settings', 'check'),
    });
    const profiles = loadProfiles([OURS, dir]);
    const [a, tuned] = [profiles.get('a')!, profiles.get('tuned')!];
    expect(values(profiles, 'a')).toEqual({ ...values(profiles, 'tuned'), X: 'mine', Y: 'theirs' });
    expect(a).toMatchObject({ id: 'a', description: 'D.', rootfs: tuned.rootfs, runscBuild: 'module' });
    expect(a.runscFlags).toEqual([{ name: 'host-settings', value: 'check', reason: 'why' }]);
    expect(a).not.toHaveProperty('extends');
  });

  it('is as weak as the other, and has its list of system calls unless it has one', () => {
    const list = (name: string) => `allowedSyscalls:\n  - {names: [${name}], reason: why}\n`;
    const dir = files({
      'a.yaml': head('a', 'weak'),
      'b.yaml': head('b', 'weak') + list('write'),
      'c.yaml': head('weak', 'default', 'weaker: no seccomp') + list('read'),
    });
    const profiles = loadProfiles([OURS, dir]);
    expect(profiles.get('a')).toMatchObject({
      isolation: 'weaker: no seccomp',
      allowedSyscalls: [{ names: ['read'] }],
    });
    expect(profiles.get('b')).toMatchObject({ allowedSyscalls: [{ names: ['write'] }] });
  });

  it('is as weak as both where both are', () => {
    const dir = files({
      'a.yaml': head('a', 'b', 'weaker: sockets'),
      'b.yaml': head('b', 'tuned', 'weaker: no seccomp'),
    });
    expect(loadProfiles([OURS, dir]).get('a')!.isolation).toBe('weaker: no seccomp; sockets');
  });

  it('may stand at the end of a long chain', () => {
    const chain = Array.from({ length: 1500 }, (_, i) => [
      `p${i}.yaml`,
      head(`p${i}`, i === 1499 ? 'tuned' : `p${i + 1}`),
    ]);
    expect(loadProfiles([OURS, files(Object.fromEntries(chain) as Record<string, string>)]).get('p0')).toMatchObject({
      rootfs: 'erofs-mounts',
    });
  });

  it('may take the place of the one that it extends; profiles of the earlier directory stay as they were', () => {
    const dir = files({ 'tuned.yaml': head('tuned', 'tuned') + env('X', 'mine') });
    const profiles = loadProfiles([OURS, dir]);
    expect(values(profiles, 'tuned')).toMatchObject({
      X: 'mine',
      LD_PRELOAD: 'libomp.so.5:/seebench/bin/keep_frames.so:/seebench/bin/patchable_calls.so',
    });
    expect(values(profiles, 'patched')).not.toHaveProperty('X');
  });

  it.each([
    [
      'nothing that is there',
      { 'a.yaml': head('a', 'tunde') },
      /a\.yaml: extends: there is no other profile `tunde`; did you mean `tuned`\?/,
    ],
    ['itself', { 'a.yaml': head('a', 'a') }, /a\.yaml: extends: there is no other profile `a`$/],
    [
      'what extends it',
      { 'a.yaml': head('a', 'b'), 'b.yaml': head('b', 'c'), 'c.yaml': head('c', 'b') },
      /extends: a extends b extends c extends b$/,
    ],
  ])('may not extend %s', (_what, texts, message) => {
    expect(errorOf(() => loadProfiles([OURS, files(texts)]))).toMatchObject({
      code: 'profile-invalid',
      exitCode: 2,
      message: expect.stringMatching(message) as unknown,
    });
  });
});
