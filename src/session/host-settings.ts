import type { SettingsJournal } from '../host/index.js';
import { SeebenchError, type Environment, type Platform, type Setting } from '../model/index.js';
import type { Driver, LaunchRequest } from '../sandbox/index.js';

/**
 * Launches with the profile's host settings, and puts them back before anything else is launched: what stands beside it in a block runs on
 * the host as it was. The journal is on disk before a setting is changed, so that whoever comes after a kill can put it back.
 */
export class HostSettingsDriver implements Driver {
  readonly #driver: Driver;
  readonly #journal: SettingsJournal;

  constructor(driver: Driver, journal: SettingsJournal) {
    this.#driver = driver;
    this.#journal = journal;
  }

  get environment(): Environment {
    return this.#driver.environment;
  }

  /** @throws SeebenchError `setting-refused`, `setting-not-restored`, and those of the launch */
  async launch(request: LaunchRequest): ReturnType<Driver['launch']> {
    const { hostSettings } = this.environment.profile;
    this.#journal.apply(hostSettings);
    try {
      return await this.#driver.launch(request);
    } finally {
      restoreSettings(this.#journal, hostSettings);
    }
  }

  remove(id: string): Promise<void> {
    return this.#driver.remove(id);
  }

  observePlatform(pids: readonly number[]): Platform | null {
    return this.#driver.observePlatform(pids);
  }
}

/** Puts back what a journal holds, or these of it. @throws SeebenchError `setting-not-restored`, when the host stays changed */
export function restoreSettings(journal: SettingsJournal, only?: readonly Setting[]): void {
  const { failed } = journal.restore(only);
  if (failed.length === 0) return;
  const what = failed.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new SeebenchError(
    'setting-not-restored',
    `cannot put back ${what}`,
    'put it back by hand, then `seebench clean`',
  );
}
