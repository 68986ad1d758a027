import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SettingsJournal, detectChanges, putBack, readHostState, withoutReporting } from '../../src/host/index.js';

/** Both are harmless: one limits the kernel's messages, one says which shared memory may be huge. */
const SYSCTL = '/proc/sys/kernel/printk_ratelimit_burst';
const CHOICE = '/sys/kernel/mm/transparent_hugepage/shmem_enabled';
const read = (path: string): string => readFileSync(path, 'utf8').trim();

describe('settings of the real kernel', () => {
  const home = mkdtempSync(join(tmpdir(), 'settings-'));
  const file = join(home, 'host-settings.json');
  const before: Readonly<Record<string, string>> = { [SYSCTL]: read(SYSCTL), [CHOICE]: read(CHOICE) };
  const value: Readonly<Record<string, string>> = {
    [SYSCTL]: '11',
    [CHOICE]: before[CHOICE]!.includes('[advise]') ? 'never' : 'advise',
  };
  const settings = [SYSCTL, CHOICE].map((name) => ({ name, value: value[name]!, reason: 'a test' }));

  afterAll(() => {
    if (existsSync(file)) new SettingsJournal(file).restore();
    rmSync(home, { recursive: true, force: true });
  });

  it('are changed by a process that is killed at once, and put back by the next', () => {
    const killed = `import { SettingsJournal } from ${JSON.stringify(resolve('dist/host/index.js'))};
      new SettingsJournal(${JSON.stringify(file)}).apply(${JSON.stringify(settings)});
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', killed]);
    expect(signal).toBe('SIGKILL');
    expect(read(SYSCTL)).toBe('11');
    expect(read(CHOICE)).toContain(`[${value[CHOICE]}]`);
    const { restored, failed } = new SettingsJournal(file).restore();
    expect(failed).toEqual([]);
    expect(restored).toHaveLength(2);
    expect({ [SYSCTL]: read(SYSCTL), [CHOICE]: read(CHOICE) }).toEqual(before);
    expect(existsSync(file)).toBe(false);
  });

  it.runIf(withoutReporting().length > 0)('keep free memory from the hypervisor, and put that back', () => {
    const held = withoutReporting();
    const journal = new SettingsJournal(file);
    journal.apply(held);
    expect(withoutReporting()).toEqual([]);
    expect(journal.restore().restored).toHaveLength(1);
    expect(withoutReporting()).toEqual(held);
  });

  it('that something else changed during a block are seen and put back', () => {
    const first = readHostState([SYSCTL, CHOICE]);
    writeFileSync(SYSCTL, '12');
    writeFileSync(CHOICE, value[CHOICE]!);
    const changes = detectChanges(first, readHostState([SYSCTL, CHOICE]));
    expect(changes.map(({ path }) => path)).toEqual([SYSCTL, CHOICE]);
    expect(putBack(changes)).toEqual([]);
    expect({ [SYSCTL]: read(SYSCTL), [CHOICE]: read(CHOICE) }).toEqual(before);
  });
});
