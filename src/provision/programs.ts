import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import { exec, hostEnv, type ExecOptions, type ExecResult } from '../process/index.js';

/** Where installation tools live; a user's PATH often lacks the sbin directories. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** PATH with the system's directories behind it. */
export function searchPath(): string {
  const own = (process.env['PATH'] ?? '').split(path.delimiter).filter((dir) => path.isAbsolute(dir));
  return [...new Set([...own, ...SYSTEM_PATH])].join(path.delimiter);
}

/** The program's absolute path, or `null`. */
export function which(name: string): string | null {
  for (const dir of searchPath().split(path.delimiter)) {
    const file = path.join(dir, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this directory.
    }
  }
  return null;
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** What a step's programs run under. */
export interface RunOptions extends Omit<ExecOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>;
  /** What failed, for the message: `building runsc`. */
  readonly doing: string;
  /** Stable code of the error, e.g. `build-failed`. */
  readonly code: string;
}

/**
 * Runs a program that must succeed.
 * @throws SeebenchError with the last lines that it printed and its log file.
 */
export async function must(file: string, args: readonly string[], options: RunOptions): Promise<ExecResult> {
  const { doing, code, env, ...rest } = options;
  const result = await exec(file, args, { ...rest, env: env ?? plainEnv() });
  rest.signal?.throwIfAborted();
  if (result.exitCode === 0 && !result.timedOut) return result;
  const how = result.timedOut
    ? `did not end within ${Math.round(rest.deadlineMs / 1000)} s`
    : `ended with ${result.signal ?? `exit code ${result.exitCode}`}`;
  const said = lastLines(result.stderr.trim() === '' ? result.stdout : result.stderr);
  throw new SeebenchError(
    code,
    `${doing}: ${path.basename(file)} ${how}${said === '' ? '' : `\n${said}`}`,
    rest.logFile === undefined ? 'run it again' : `its whole output is in ${rest.logFile}; then run it again`,
  );
}

/**
 * A command line whose processes all end when this process ends, however it ends (`kill -9` included), and whose mounts
 * vanish with them. Without root only the first process is bound. What they write has usual modes, whatever our umask.
 */
export function tied(file: string, args: readonly string[]): [string, string[]] {
  const bound = ['--pdeathsig', 'KILL', '--'];
  const spaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
  const inner = ['sh', '-c', 'umask 022 && exec "$@"', 'sh', file, ...args];
  return ['setpriv', [...bound, ...(isRoot() ? spaces : []), ...inner]];
}

/** The host's variables that find programs, proxies and certificates, without those that change what pip or Go build. */
export function plainEnv(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const env = hostEnv({ PATH: searchPath(), LANG: 'C.UTF-8' });
  for (const name of Object.keys(env)) if (/^(PIP|GO)/.test(name) && !KEPT.test(name)) delete env[name];
  return { ...env, ...extra };
}

/** Where packages come from is the user's to say. */
const KEPT =
  /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|CONFIG_FILE|CERT|CLIENT_CERT|TRUSTED_HOST|PROXY|DEFAULT_TIMEOUT|TIMEOUT|RETRIES)|GO(PROXY|SUMDB|NOSUMDB|NOPROXY|PRIVATE|INSECURE|AUTH))$/;

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join('\n').slice(-1000);
}
