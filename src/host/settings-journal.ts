import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { SeebenchError, type Setting } from '../model/index.js';
import {
  SETTING_ROOTS,
  putBack,
  readSetting,
  writeSetting,
  type SettingChange,
  type SettingFailure,
} from './settings.js';

const journalSchema = z.array(z.strictObject({ path: z.string(), from: z.string(), to: z.string() }));

/** What {@link SettingsJournal.restore} did. */
export interface Restored {
  readonly restored: readonly SettingChange[];
  /** Still in the journal, for a later attempt. */
  readonly failed: readonly SettingFailure[];
}

/**
 * Settings of the host that were changed for a measurement. A value is on disk, with what was there before it, before it is
 * changed: whoever finds the file after a kill at any moment can put all of them back.
 */
export class SettingsJournal {
  readonly #file: string;
  readonly #roots: readonly string[];

  /** @param file the journal, in a directory that only this user can write; it exists only while something is to be put back. */
  constructor(file: string, roots: readonly string[] = SETTING_ROOTS) {
    this.#file = file;
    this.#roots = roots;
  }

  /**
   * Changes settings; `name` of each is its path. An optional one that this host has not is left out. If one is refused, those before it are
   * put back.
   * @throws SeebenchError `setting-refused`, `settings-journal-unreadable`
   */
  apply(settings: readonly Setting[]): void {
    const entries = this.#read();
    try {
      for (const { name: path, value, optional } of settings) {
        if (optional && !existsSync(path)) continue;
        const from = readSetting(path, this.#roots);
        // The first value found is the host's own; a second profile's change must not become what is put back.
        if (!entries.some((entry) => entry.path === path)) entries.push({ path, from, to: value });
        this.#write(entries);
        writeSetting(path, value, this.#roots);
      }
    } catch (error) {
      this.restore(settings);
      throw error;
    }
  }

  /**
   * Puts back what the journal holds, last change first, and removes it when nothing is left in it.
   * @param only these settings of it
   * @throws SeebenchError `settings-journal-unreadable` (then nothing is changed)
   */
  restore(only?: readonly Setting[]): Restored {
    const entries = this.#read();
    const wanted = entries.filter(({ path }) => only?.some(({ name }) => name === path) ?? true);
    if (wanted.length === 0) return { restored: [], failed: [] };
    const failed = putBack(wanted.toReversed(), this.#roots);
    const restored = wanted.filter((entry) => !failed.some(({ path }) => path === entry.path));
    const left = entries.filter((entry) => !restored.includes(entry));
    if (left.length === 0) rmSync(this.#file, { force: true });
    else this.#write(left);
    return { restored, failed };
  }

  #read(): SettingChange[] {
    try {
      return journalSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new SeebenchError(
        'settings-journal-unreadable',
        `${this.#file} does not hold what this program writes to it; host settings may still be changed`,
        'look at the file, put back what it names, and remove it',
      );
    }
  }

  /** To a temporary name, flushed, renamed, and the directory flushed: after a power cut either the old or the new journal is there. */
  #write(entries: readonly SettingChange[]): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o711 });
    const temporary = `${this.#file}.new`;
    const fd = openSync(temporary, 'w', 0o600);
    try {
      writeSync(fd, JSON.stringify(entries));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, this.#file);
    const directory = openSync(dirname(this.#file), 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}
