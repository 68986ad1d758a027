import { randomBytes } from 'node:crypto';
import { invocation } from './invocation.js';
import { VERSION } from './places.js';

/** `YYYYMMDD-HHMMSS-xxxx`, UTC: sorts by time, and two in one second differ. */
export function runId(): string {
  const [date, time] = new Date().toISOString().replaceAll(/[-:]/g, '').split('.')[0]!.split('T') as [string, string];
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}

/** The command as a person would type it again: without the paths of this machine’s Node and script. */
export function commandLine(seedOfRun: number): string {
  const quoted = process.argv
    .slice(2)
    .map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`));
  const again = quoted.includes('--seed') ? [] : ['--seed', String(seedOfRun)];
  return `${invocation()} ${[...quoted, ...again].join(' ')} # seebench ${VERSION}`;
}
