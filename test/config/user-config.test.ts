import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadUserConfig } from '../../src/config/index.js';
import { errorOf, files } from './fixture.js';

const load = (text: string) => {
  const dir = files({ 'sub/seebench.yaml': text });
  return { dir: join(dir, 'sub'), config: () => loadUserConfig(join(dir, 'sub/seebench.yaml')) };
};
const environment = (fields: string) => load(`environments:\n  - {${fields}}\n`).config;

describe('the user’s config', () => {
  it('is empty where there is none', () => {
    expect(loadUserConfig(undefined)).toEqual({ environments: [], profileDirs: [], workloadDirs: [] });
  });

  it('adds environments without code', () => {
    const text =
      'environments:\n  - {id: mine, runtime: runsc, platform: kvm, profile: tuned, binary: /opt/runsc}\n  - {id: old, runtime: runsc, platform: systrap, version: 20240722}\n';
    expect(errorOf(load(text).config).message).toMatch(/seebench\.yaml:3: environments\.1\.version: .*expected string/);
    expect(load(text.replace('20240722', '"20240722"')).config().environments).toEqual([
      { id: 'mine', runtime: 'runsc', platform: 'kvm', profile: 'tuned', binary: '/opt/runsc' },
      { id: 'old', runtime: 'runsc', platform: 'systrap', profile: 'default', version: '20240722' },
    ]);
  });

  it('has paths from where its file stands, not from where the user does', () => {
    const { dir, config } = load(
      'rootfs: ../root\nprofileDirs: [profiles, /abs]\nworkloadDirs: [./w]\nenvironments:\n  - {id: mine, runtime: runc, binary: bin/runc}\n',
    );
    expect(config()).toEqual({
      rootfs: join(dir, '../root'),
      profileDirs: [join(dir, 'profiles'), '/abs'],
      workloadDirs: [join(dir, 'w')],
      environments: [{ id: 'mine', runtime: 'runc', profile: 'default', binary: join(dir, 'bin/runc') }],
    });
  });

  it.each([
    ['without a platform for runsc', 'id: a, runtime: runsc', 'expected a platform for runsc'],
    [
      'with a platform for runc',
      'id: a, runtime: runc, platform: kvm',
      'expected a platform for runsc, and none for runc',
    ],
    ['with an unknown platform', 'id: a, runtime: runsc, platform: slimvm', 'environments.0.platform'],
    [
      'with a binary and a version',
      'id: a, runtime: runsc, platform: kvm, binary: b, version: v1',
      'a binary or a version, not both',
    ],
    ['with a version of runc', 'id: a, runtime: runc, version: v1', 'expected a binary for runc'],
    ['with a version that is a path', 'id: a, runtime: runsc, platform: kvm, version: ../v1', 'expected a version'],
    ['with a name that is a path', 'id: ../a, runtime: runc', 'environments.0.id: expected lower-case letters'],
    ['with a name that is HTML', 'id: "<b>", runtime: runc', 'environments.0.id'],
    ['in the place of native', 'id: native, runtime: runc', 'not one of seebench’s own'],
    ['in the place of one of ours', 'id: gvisor-systrap-tuned, runtime: runc', 'not one of seebench’s own'],
    ['with an unknown field', 'id: a, runtime: runc, path: b', 'environments.0.path: there is no such field'],
  ])('may not have an environment %s', (_what, fields, message) => {
    expect(errorOf(environment(fields))).toMatchObject({
      code: 'config-invalid',
      exitCode: 2,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('may have a name that only begins like one of ours', () => {
    expect(environment('id: gvisor-systrapped, runtime: runc')().environments).toHaveLength(1);
  });

  it('may not have an environment twice', () => {
    const twice = load('environments:\n  - {id: a, runtime: runc}\n  - {id: a, runtime: runc, binary: b}\n').config;
    expect(errorOf(twice).message).toMatch(/environments: expected every id once/);
  });

  it('that is not there is the user’s to mend', () => {
    expect(errorOf(() => loadUserConfig('/nowhere/seebench.yaml'))).toMatchObject({
      code: 'config-unreadable',
      exitCode: 2,
    });
  });
});
