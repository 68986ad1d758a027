import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsJournal } from '../../src/host/index.js';
import { fakeDriver } from '../../src/sandbox/index.js';
import { HostSettingsDriver } from '../../src/session/index.js';
import { environment, request } from '../sandbox/fixture.js';

let home: string;
let setting: string;
let journal: string;
const value = (): string => readFileSync(setting, 'utf8').trim();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'launch-settings-'));
  mkdirSync(join(home, 'sys'));
  setting = join(home, 'sys', 'shmem_enabled');
  writeFileSync(setting, 'never\n');
  journal = join(home, 'journal.json');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A driver whose profile changes the setting, and what it sees of the host while it launches. */
function changing(work: () => void, name = setting): HostSettingsDriver {
  const plain = environment('gvisor-systrap');
  const hostSettings = [{ name, value: 'advise', reason: 'a test' }];
  const own = { ...plain, runtime: 'fake' as const, profile: { ...plain.profile, hostSettings } };
  const driver = fakeDriver(own, () => (work(), { wallNs: 1e6, events: [] }));
  return new HostSettingsDriver(driver, new SettingsJournal(journal, [join(home, 'sys')]));
}

describe('a driver whose profile has host settings', () => {
  it('launches with them, and puts them back before it resolves', async () => {
    const seen: string[] = [];
    const driver = changing(() => seen.push(value(), String(existsSync(journal))));
    await driver.launch(request('t1'));
    expect(seen).toEqual(['advise', 'true']);
    expect(value()).toBe('never');
    expect(existsSync(journal)).toBe(false);
  });

  it('puts them back when the launch fails too', async () => {
    const driver = changing(() => {
      throw new Error('no launch');
    });
    await expect(driver.launch(request('t1'))).rejects.toThrow('no launch');
    expect(value()).toBe('never');
  });

  it('leaves a journal for whoever comes after, when it is killed while it launches', async () => {
    let held = '';
    await changing(() => (held = readFileSync(journal, 'utf8'))).launch(request('t1'));
    // As the kill would have left it.
    writeFileSync(journal, held);
    writeFileSync(setting, 'advise');
    expect(new SettingsJournal(journal, [join(home, 'sys')]).restore().restored).toHaveLength(1);
    expect(value()).toBe('never');
  });

  it('launches nothing where a setting is refused', async () => {
    let launched = 0;
    const driver = changing(() => launched++, join(home, 'elsewhere'));
    await expect(driver.launch(request('t1'))).rejects.toMatchObject({ code: 'setting-refused' });
    expect(launched).toBe(0);
  });
});
