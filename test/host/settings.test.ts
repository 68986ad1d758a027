import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsJournal, absentSettings, detectChanges, putBack } from '../../src/host/index.js';
import { SeebenchError, type HostState, type Profile, type Setting } from '../../src/model/index.js';

const PROFILE: Profile = {
  id: 'tuned-host',
  description: 'a test',
  isolation: 'same',
  rootfs: 'directory',
  runscBuild: 'module',
  runscFlags: [],
  annotations: [],
  guestEnv: [],
  hostSettings: [],
};

let home: string;
let root: string;
let file: string;
let journal: SettingsJournal;
const at = (name: string): string => join(root, name);
const set = (name: string, value: string): Setting => ({
  name: name.startsWith('/') ? name : at(name),
  value,
  reason: 'a test',
});
const refusal = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof SeebenchError) return error.code;
    throw error;
  }
  return 'none';
};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'settings-'));
  root = join(home, 'sys');
  mkdirSync(root);
  writeFileSync(at('max_map_count'), '65530\n');
  writeFileSync(at('swappiness'), '60\n');
  file = join(home, 'state', 'settings.json');
  journal = new SettingsJournal(file, [root]);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the journal of host settings', () => {
  it('holds what was there before a value is changed, and puts it back', () => {
    journal.apply([set('max_map_count', '1000000'), set('swappiness', '1')]);
    expect(readFileSync(at('max_map_count'), 'utf8')).toBe('1000000');
    const { restored, failed } = new SettingsJournal(file, [root]).restore();
    expect(failed).toEqual([]);
    expect(restored.map(({ from, to }) => [from, to])).toEqual([
      ['65530', '1000000'],
      ['60', '1'],
    ]);
    expect(readFileSync(at('max_map_count'), 'utf8')).toBe('65530');
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('60');
    expect(existsSync(file)).toBe(false);
  });

  it('keeps the host’s own value when a second change follows, also from another process', () => {
    journal.apply([set('swappiness', '10')]);
    new SettingsJournal(file, [root]).apply([set('swappiness', '20')]);
    new SettingsJournal(file, [root]).restore();
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('60');
  });

  it('puts back the earlier settings when a later one is refused', () => {
    expect(refusal(() => journal.apply([set('swappiness', '10'), set('not_there', '1')]))).toBe('setting-refused');
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('60');
    expect(existsSync(file)).toBe(false);
  });

  it('leaves out an optional setting that the host has not, and says so', () => {
    const optional = { ...set('not_there', '1'), optional: true };
    journal.apply([optional, set('swappiness', '10')]);
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('10');
    expect(existsSync(at('not_there'))).toBe(false);
    expect(journal.restore().restored.map(({ path }) => path)).toEqual([at('swappiness')]);
    const profile = (hostSettings: readonly Setting[]): Profile => ({ ...PROFILE, hostSettings });
    const warnings = absentSettings([profile([optional, set('swappiness', '1')]), profile([optional])]);
    expect(warnings.map(({ code }) => code)).toEqual(['setting-absent']);
    expect(warnings[0]!.message).toContain(at('not_there'));
  });

  it('refuses what is no setting: other places, ways up, links out, directories', () => {
    const outside = join(home, 'passwd');
    writeFileSync(outside, 'root');
    symlinkSync(outside, at('link'));
    symlinkSync(home, at('dirlink'));
    const paths = [
      outside,
      '/etc/hostname',
      `${root}/../passwd`,
      at('link'),
      at('dirlink/passwd'),
      root,
      'swappiness/',
    ];
    for (const path of paths)
      expect(
        refusal(() => journal.apply([set(path, 'x')])),
        path,
      ).toBe('setting-refused');
    expect(readFileSync(outside, 'utf8')).toBe('root');
  });

  it('refuses places outside /sys and /proc/sys by itself', () => {
    const real = new SettingsJournal(file);
    expect(refusal(() => real.apply([set(at('swappiness'), '1')]))).toBe('setting-refused');
    expect(refusal(() => real.apply([set('/proc/self/oom_score_adj', '1')]))).toBe('setting-refused');
  });

  it('keeps what could not be put back, says why, and does not trust the paths of its file', () => {
    journal.apply([set('max_map_count', '1'), set('swappiness', '1')]);
    rmSync(at('swappiness'));
    const first = journal.restore();
    expect(first.failed.map(({ path }) => path)).toEqual([at('swappiness')]);
    expect(first.failed[0]?.reason).toContain('is not there');
    writeFileSync(at('swappiness'), '1');
    expect(journal.restore().failed).toEqual([]);
    const victim = join(home, 'victim');
    writeFileSync(victim, 'unchanged');
    writeFileSync(file, JSON.stringify([{ path: victim, from: 'changed', to: 'x' }]));
    expect(journal.restore().failed).toHaveLength(1);
    expect(readFileSync(victim, 'utf8')).toBe('unchanged');
  });

  it('puts back some and keeps the others', () => {
    journal.apply([set('max_map_count', '1'), set('swappiness', '1')]);
    expect(journal.restore([set('swappiness', '')]).restored.map(({ path }) => path)).toEqual([at('swappiness')]);
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('60');
    expect(readFileSync(at('max_map_count'), 'utf8')).toBe('1');
    expect(journal.restore().restored.map(({ path }) => path)).toEqual([at('max_map_count')]);
    expect(existsSync(file)).toBe(false);
  });

  it('changes nothing when its file is damaged', () => {
    mkdirSync(join(home, 'state'));
    writeFileSync(file, '[{"path":');
    expect(refusal(() => journal.restore())).toBe('settings-journal-unreadable');
    expect(refusal(() => journal.apply([set('swappiness', '1')]))).toBe('settings-journal-unreadable');
    expect(readFileSync(at('swappiness'), 'utf8')).toBe('60\n');
  });
});

describe('a setting that somebody else changed', () => {
  const state = (settings: Record<string, string>): HostState => ({
    atMs: 0,
    load1: 0,
    steal: null,
    psi: { cpu: null, memory: null, io: null },
    settings,
  });

  it('is found between two readings and put back', () => {
    const path = at('max_map_count');
    const changes = detectChanges(
      state({ [path]: '65530', same: '1', gone: '1' }),
      state({ [path]: '2147483647', same: '1' }),
    );
    expect(changes).toEqual([{ path, from: '65530', to: '2147483647' }]);
    writeFileSync(path, '2147483647');
    expect(putBack(changes, [root])).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe('65530');
  });

  it('is reported when it cannot be put back', () => {
    expect(putBack([{ path: at('nothing'), from: '1', to: '2' }], [root])).toMatchObject([{ path: at('nothing') }]);
  });
});
