import pc from 'picocolors';
import { EXIT, oneLine, SeebenchError, type ExitCode } from '../model/index.js';
// Not the room's index: what only prints an error loads no Arrow.
import { diskError } from '../store/disk.js';

/** Prints one JSON document to stdout; with `--json` nothing else goes there. BigInts do not occur. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A line for people, on stderr: stdout is for results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints an error in full and gives the exit code for it. */
export function explainError(thrown: unknown): ExitCode {
  // A disk can be full wherever something is written: logs, links, reports, the state directory.
  const error = diskError(thrown, (thrown as NodeJS.ErrnoException | null)?.path ?? 'a file');
  if (error instanceof SeebenchError) {
    say(`${pc.red(`error[${error.code}]`)}: ${printable(error.message)}`);
    say(`${pc.cyan('remedy')}: ${error.remedy}`);
    return error.exitCode;
  }
  say(`${pc.red('error[internal]')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  say(`${pc.cyan('remedy')}: this is a bug of seebench; please report it with the lines above`);
  return EXIT.internal;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A message may quote what others wrote: nothing in it may steer the terminal. */
function printable(text: string): string {
  return text
    .split('\n')
    .map((line) => oneLine(line, 2000))
    .join('\n');
}
