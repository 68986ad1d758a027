import { accessSync, constants, existsSync, mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SeebenchError } from '../model/index.js';
import { fileError } from '../store/index.js';

/**
 * Makes a directory for results before anything is measured, and sees that a file can be written into it.
 * @returns its absolute path
 * @throws SeebenchError `file-unusable`, `disk-full`
 */
export function makeOutput(name: string): string {
  if (name === '') throw new SeebenchError('file-unusable', 'the name of a directory is empty', 'give one');
  const dir = resolve(name);
  try {
    makeDirs(dir);
    const probe = join(dir, `.seebench-${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw fileError(error, name);
  }
  return dir;
}

/** What commands leave in their directories. */
const RESULTS = ['run.json', 'startup.json', 'startup-trials.jsonl', 'density.json', 'vmas.json', 'conform.json'];

/**
 * The same for a command whose results stand alone: a directory that has results already is refused, and nothing of them is lost.
 * @throws SeebenchError `run-exists`, and those of {@link makeOutput}
 */
export function makeResultsDir(name: string): string {
  const held = name === '' ? undefined : RESULTS.find((file) => existsSync(join(name, file)));
  if (held !== undefined)
    throw new SeebenchError(
      'run-exists',
      `${name} holds results already: ${held}`,
      'choose another --out; a run that was interrupted goes on with `seebench resume`',
    );
  return makeOutput(name);
}

/** Takes a directory away again in which nothing came to lie. */
export function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // It holds something, or is gone.
  }
}

/** One at a time: Node's own way to make all of them never ends below a directory that refuses, as /proc does. */
function makeDirs(dir: string): void {
  if (existsSync(dir)) {
    if (!statSync(dir).isDirectory()) throw Object.assign(new Error('it is no directory'), { code: 'ENOTDIR' });
    return;
  }
  makeDirs(dirname(dir));
  mkdirSync(dir);
}

/** Sees that a file can be made where the user wants it, before anything is measured. @throws SeebenchError `file-unusable` */
export function requireFile(file: string): void {
  if (file === '') throw new SeebenchError('file-unusable', 'the name of a file is empty', 'give one');
  try {
    if (existsSync(file) && statSync(file).isDirectory())
      throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch (error) {
    throw fileError(error, file);
  }
}
