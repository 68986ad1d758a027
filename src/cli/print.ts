import pc from 'picocolors';
import { EXIT, oneLine, SeebenchError, type ExitCode, type Warning } from '../model/index.js';
// Not the room's index: what only prints an error loads no Arrow.
import { fileError } from '../store/disk.js';
import { pasteable } from './invocation.js';

/** Prints one JSON document to stdout; with `--json` nothing else goes there. BigInts do not occur. */
export function printJson(value: unknown): void {
  // JSON escapes the first 32 control characters by itself; terminals heed others, too.
  const plain = JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
  process.stdout.write(`${plain}\n`);
}

function escaped(char: string): string {
  return char.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A warning as one line, with its stable code. */
export function warningText({ code, message, remedy }: Warning): string {
  return `warning[${code}]: ${message}; ${remedy}`;
}

/** A line for people, on stderr: stdout is for results. What it suggests can be pasted. */
export function say(line: string): void {
  process.stderr.write(`${pasteable(line)}\n`);
}

/** A line of results for people, on stdout: what it quotes from files is bounded, stays one line and steers no terminal. */
export function print(line: string): void {
  process.stdout.write(`${oneLine(line, 2000)}\n`);
}

/** The same on stderr. */
export function note(line: string): void {
  say(oneLine(line, 2000));
}

/**
 * The end of a command that makes a study: what was found and where its page is; or, with exit code 4, what is left of one that was
 * interrupted.
 */
export function printStudy(
  found: { readonly result: { readonly findings: readonly string[] }; readonly page: string } | null,
  { json, interrupted }: { readonly json?: boolean | undefined; readonly interrupted: string },
): void {
  if (found === null) {
    say(`interrupted; what was measured is kept, and ${interrupted}`);
    process.exitCode = EXIT.interrupted;
    return;
  }
  const { result, page } = found;
  if (json) return printJson({ ...result, report: page });
  for (const finding of result.findings) print(finding);
  process.stdout.write(`\nreport: ${page}\n`);
}

/** Prints an error in full and gives the exit code for it. */
export function explainError(thrown: unknown): ExitCode {
  // A disk can be full, or a path wrong, wherever something is read or written: logs, links, reports, the state directory.
  const error = fileError(thrown, (thrown as NodeJS.ErrnoException | null)?.path ?? 'a file');
  if (error instanceof SeebenchError) {
    say(`${pc.red(`error[${error.code}]`)}: ${printable(error.message)}`);
    say(`${pc.cyan('remedy')}: ${printable(error.remedy)}`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`${pc.red('error[internal]')}: ${printable(stack)}`);
  say(`${pc.cyan('remedy')}: this is a bug of seebench; please report it with the lines above`);
  return EXIT.internal;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 100_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A message may quote what others wrote: nothing in it may steer the terminal. */
function printable(text: string): string {
  return text
    .split('\n')
    .map((line) => oneLine(line, 2000))
    .join('\n');
}

/** Columns as wide as their longest cell. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  for (const row of all)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}
