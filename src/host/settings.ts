import { existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { SeebenchError, type HostState, type Profile, type Warning } from '../model/index.js';
import { chosen } from './read.js';

/** Where settings of a host live. Nothing else is ever written as a setting. */
export const SETTING_ROOTS: readonly string[] = ['/sys', '/proc/sys'];
/** A page: more than a sysctl or an attribute of sysfs can hold. */
const MAX_VALUE_LENGTH = 4096;

/** A setting that had one value and then another. */
export interface SettingChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** A setting that could not be put back, and why. */
export interface SettingFailure {
  readonly path: string;
  readonly reason: string;
}

/** What profiles would set, and this host has not: their optional settings that are left out. */
export function absentSettings(profiles: readonly Profile[]): Warning[] {
  const names = profiles.flatMap(({ hostSettings }) =>
    hostSettings.filter(({ name, optional }) => optional && !existsSync(name)).map(({ name }) => name),
  );
  return [...new Set(names)].map((name) => ({
    code: 'setting-absent',
    message: `this host has no ${name}, which a profile sets: it is measured without`,
    remedy: 'a newer kernel has it, or a module that is not loaded; the profile’s other settings hold',
  }));
}

/** Settings whose value differs between two readings. One that came or went (a module was loaded) is no change of a value. */
export function detectChanges(before: HostState, after: HostState): SettingChange[] {
  return Object.entries(before.settings).flatMap(([path, from]) => {
    const to = after.settings[path];
    return to === undefined || to === from ? [] : [{ path, from, to }];
  });
}

/** Writes the values that were there before. @returns what could not be put back. */
export function putBack(changes: readonly SettingChange[], roots: readonly string[] = SETTING_ROOTS): SettingFailure[] {
  return changes.flatMap(({ path, from }) => {
    try {
      writeSetting(path, from, roots);
      return [];
    } catch (error) {
      return [{ path, reason: (error as Error).message }];
    }
  });
}

/**
 * The value of a setting; the chosen word, where a file lists what can be chosen.
 * @throws SeebenchError `setting-refused` when it is no setting of the host or cannot be read.
 */
export function readSetting(path: string, roots: readonly string[] = SETTING_ROOTS): string {
  checkPath(path, roots);
  try {
    return chosen(readFileSync(path, 'utf8').trim());
  } catch (error) {
    throw refused(path, `cannot be read: ${(error as Error).message}`);
  }
}

/**
 * Writes a setting and reads it again: the kernel takes some values and keeps another.
 * @throws SeebenchError `setting-refused` when it is no setting, the kernel refuses it, or another value is there afterwards.
 */
export function writeSetting(path: string, value: string, roots: readonly string[] = SETTING_ROOTS): void {
  if (value.length > MAX_VALUE_LENGTH || value.includes('\0')) throw refused(path, 'the value is no setting’s value');
  checkPath(path, roots);
  try {
    writeFileSync(path, value);
  } catch (error) {
    throw refused(path, `cannot be written: ${(error as Error).message}`);
  }
  const now = readSetting(path, roots);
  const words = (text: string): string => text.split(/\s+/).join(' ');
  if (words(now) !== words(value.trim())) throw refused(path, `was set to ${value.trim()}, and is ${now}`);
}

/** A plain path, to a regular file, that is below a root also after all links are followed. */
function checkPath(path: string, roots: readonly string[]): void {
  const below = (name: string): boolean => roots.some((root) => name.startsWith(`${root}/`));
  if (posix.normalize(path) !== path || !below(path)) throw refused(path, `is not a path below ${roots.join(' or ')}`);
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    throw refused(path, `is not there: ${(error as Error).message}`);
  }
  if (!below(real)) throw refused(path, 'is a link that leads elsewhere');
  if (!lstatSync(real).isFile()) throw refused(path, 'is no file');
}

function refused(path: string, why: string): SeebenchError {
  return new SeebenchError(
    'setting-refused',
    `host setting ${path} ${why}`,
    'correct the profile’s hostSettings, or run without them',
  );
}
