import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  holdsSetting,
  loadProfiles,
  loadSettings,
  profileYaml,
  settingsNamed,
  settingValue,
  withoutSetting,
  withSettings,
} from '../../src/config/index.js';
import type { Profile } from '../../src/model/index.js';
import { errorOf, files } from './fixture.js';

const OURS = join(import.meta.dirname, '../../profiles');
const settings = loadSettings(OURS);
const profiles = loadProfiles([OURS]);
const [plain, tuned] = [profiles.get('default')!, profiles.get('tuned')!];
const entry = (text: string): string =>
  `settings:\n  - id: one\n    isolation: same\n    touches: t\n    reason: r\n    source: s\n${text}`;
const load = (text: string) => loadSettings(files({ 'settings.yaml': entry(text) }));

describe('the catalogue of settings', () => {
  it('has a reason, a source and a value for each, and holds all that tuned sets', () => {
    expect(settings.length).toBeGreaterThanOrEqual(10);
    for (const it of settings) {
      expect(settingValue(it)).not.toBe('');
      expect(it.reason.length).toBeGreaterThan(20);
    }
    const held = settings.filter((it) => holdsSetting(tuned, it));
    const bare = held.reduce(withoutSetting, tuned);
    expect({ ...bare, id: plain.id, description: plain.description }).toEqual(plain);
  });

  it('takes one preloaded library out of several, and adds one to others', () => {
    const keep = settings.find(({ id }) => id === 'keep-frames')!;
    const openmp = settings.find(({ id }) => id === 'llvm-openmp-spin-10ms')!;
    const preloaded = (it: Profile): string | undefined => it.guestEnv.find(({ name }) => name === 'LD_PRELOAD')?.value;
    expect([keep, openmp].map((it) => holdsSetting(tuned, it))).toEqual([true, true]);
    expect(preloaded(withoutSetting(tuned, openmp))).toBe(
      '/seebench/bin/keep_frames.so:/seebench/bin/patchable_calls.so',
    );
    expect(holdsSetting(withoutSetting(tuned, openmp), openmp)).toBe(false);
    const both = [openmp, keep, keep].reduce<Profile>((held, it) => withSettings(held, it), plain);
    expect(preloaded(both)).toBe('libomp.so.5:/seebench/bin/keep_frames.so');
  });

  it('is no profile', () => {
    expect([...profiles.keys()]).not.toContain('settings');
  });

  it('refuses what profiles refuse, with file and line', () => {
    expect(errorOf(() => load('    runscFlags: {platform: kvm}\n'))).toMatchObject({
      code: 'settings-catalogue-invalid',
      message: expect.stringContaining('this flag is set by seebench') as string,
    });
    expect(errorOf(() => load('    guestEnv: {SEEBENCH_INJECT: x}\n')).message).toContain('the harness’s own');
    expect(errorOf(() => load('')).message).toContain('sets nothing');
    expect(errorOf(() => load('    hostSettings: {/etc/passwd: 1}\n')).message).toContain('below /proc/sys or /sys');
    expect(errorOf(() => load('    restoreFlags: {detach: true}\n')).message).toContain('a flag of `runsc restore`');
    expect(errorOf(() => load('    platforms: [slimvm]\n    rootfs: erofs\n')).code).toBe('settings-catalogue-invalid');
  });

  it('makes a setting of each value of an entry, with what they have in common', () => {
    const values =
      '    threads: true\n    values:\n      x: {guestEnv: {A: 1}}\n      y: {hostSettings: {/proc/sys/vm/x: 2}}\n';
    const made = load(values);
    expect(made.map(({ id, entry: of, reason, threads }) => ({ id, of, reason, threads }))).toEqual([
      { id: 'one-x', of: 'one', reason: 'r', threads: true },
      { id: 'one-y', of: 'one', reason: 'r', threads: true },
    ]);
    expect(made.map(settingValue)).toEqual(['A=1', '/proc/sys/vm/x=2']);
    expect(settingsNamed(made, ['one']).map(({ id }) => id)).toEqual(['one-x', 'one-y']);
    expect(settingsNamed(made, ['one-y', 'one'])).toHaveLength(2);
    expect(errorOf(() => load(`    rootfs: erofs\n${values}`)).message).toContain('not both');
    expect(errorOf(() => load('    values: {x: {}}\n')).message).toContain('sets nothing');
  });

  it('has settings of the host, of snapshots and of threads, and a source for each', () => {
    expect(settings.filter(({ hostSettings }) => hostSettings.length > 0).length).toBeGreaterThan(2);
    expect(settings.filter(({ snapshot }) => snapshot).length).toBeGreaterThan(2);
    expect(settings.filter(({ threads }) => threads).length).toBeGreaterThan(5);
  });

  it('refuses an id that stands twice, and names the nearest of one that is not there', () => {
    const twice = `${entry('    rootfs: erofs\n')}${entry('    rootfs: erofs\n').split('\n').slice(1).join('\n')}`;
    expect(errorOf(() => loadSettings(files({ 'settings.yaml': twice }))).message).toContain('twice');
    expect(errorOf(() => settingsNamed(settings, ['erofs-rot']))).toMatchObject({
      code: 'unknown-setting',
      message: expect.stringContaining('`erofs-root`') as string,
    });
  });
});

describe('a profile with a setting', () => {
  it('sets it, and takes the place of what it had of the same name', () => {
    const [setting] = load('    runscFlags: {host-settings: check}\n    guestEnv: {B: 1}\n');
    const made = withSettings(tuned, setting!);
    expect(made.runscFlags.filter(({ name }) => name === 'host-settings')).toEqual([
      { name: 'host-settings', value: 'check', reason: 'r' },
    ]);
    expect(made.guestEnv.map(({ name }) => name)).toContain('B');
    expect(holdsSetting(made, setting!)).toBe(true);
    expect(holdsSetting(tuned, setting!)).toBe(false);
  });

  it('is as weak as its weakest setting', () => {
    const [weak] = loadSettings(
      files({
        'settings.yaml': entry('    rootfs: erofs\n').replace('isolation: same', "isolation: 'weaker: it shares'"),
      }),
    );
    const made = withSettings(plain, weak!);
    expect(made.isolation).toBe('weaker: it shares');
    expect(withSettings(made, settings[0]!).isolation).toBe('weaker: it shares');
  });

  it('is written as a file that is read again', () => {
    const made = { ...settings.slice(0, 3).reduce(withSettings, plain), id: 'found' };
    expect(loadProfiles([files({ 'found.yaml': profileYaml(made) })]).get('found')).toEqual(made);
  });
});
