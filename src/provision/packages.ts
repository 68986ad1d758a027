import { existsSync } from 'node:fs';
import path from 'node:path';
import { SeebenchError } from '../model/index.js';
import type { BuildContext } from './context.js';
import { withLock } from './lock.js';
import { pythonWithPip } from './python.js';
import { isRoot, must, plainEnv, which } from './programs.js';
import type { Step } from './steps.js';

/** Something the host must have, and the Debian packages that bring it. */
export interface HostNeed {
  /** For messages. */
  readonly what: string;
  readonly packages: readonly string[];
  readonly isThere: () => boolean | Promise<boolean>;
}

const command = (name: string, ...packages: string[]): HostNeed => ({
  what: name,
  packages,
  isThere: () => which(name) !== null,
});

/** Where Debian's archive keys lie; the second name is newer. */
const KEYRINGS = ['gpg', 'pgp'].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** The keyring that bookworm's archive is checked with, or `null`. */
export function debianKeyring(): string | null {
  return KEYRINGS.find((file) => existsSync(file)) ?? null;
}

/** What each part needs of the host, by what is really used: a command or a file. */
export const HOST_NEEDS = {
  runc: command('runc', 'runc'),
  certificates: { what: 'CA certificates', packages: ['ca-certificates'], isThere: hasCertificates },
  pip: {
    what: 'Python’s pip',
    packages: ['python3', 'python3-pip'],
    isThere: async () => (await pythonWithPip()) !== null,
  },
  mmdebstrap: command('mmdebstrap', 'mmdebstrap'),
  keyring: { what: 'Debian’s keyring', packages: ['debian-archive-keyring'], isThere: () => debianKeyring() !== null },
  erofs: command('mkfs.erofs', 'erofs-utils'),
  compiler: command('gcc', 'gcc', 'libc6-dev'),
  libc: { what: 'the static C library', packages: ['libc6-dev'], isThere: hasStaticLibc },
  bzip2: command('bzip2', 'bzip2'),
  chromium: {
    what: 'Chromium',
    packages: ['chromium'],
    isThere: () => chromium() !== null,
  },
} as const satisfies Record<string, HostNeed>;

/** The browser for tests of report pages, or `null`. */
export function chromium(): string | null {
  return which('chromium') ?? which('chromium-browser') ?? which('google-chrome');
}

/**
 * Installs the packages of what is missing, after saying which.
 * @throws SeebenchError `packages-missing` (exit 2) with the line to run, where this process cannot or may not install.
 */
export async function providePackages(
  needs: readonly HostNeed[],
  allowInstall: boolean,
  context: BuildContext,
  step: Step,
): Promise<void> {
  const missing = await absent(needs);
  if (missing.length === 0) return step.present('nothing missing');
  const packages = [...new Set(missing.flatMap((need) => need.packages))];
  const line = `apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  const names = missing.map((need) => need.what).join(', ');
  if (which('apt-get') === null) {
    throw new SeebenchError(
      'packages-missing',
      `this host lacks ${names}`,
      `install what Debian has in its packages ${packages.join(' ')}, then run it again`,
    );
  }
  if (!isRoot() || !allowInstall) {
    throw new SeebenchError('packages-missing', `this host lacks ${names}`, `run as root: ${line}`);
  }
  await withLock(context.cache, 'packages', context.waiting(step), async () => {
    step.working(`apt-get install ${packages.join(' ')}`);
    // A vendor's archive that is out of order fails this; whether ours are in order, the installation shows.
    await apt(['update', '--quiet'], context, step).catch((error: unknown) => {
      if (!(error instanceof SeebenchError)) throw error;
    });
    // An interrupted dpkg is worse than a finished one: apt is not tied to this process, and not ended with it.
    await apt(['install', '--yes', '--quiet', '--no-install-recommends', ...packages], context, step);
  });
  const still = (await absent(missing)).map((need) => need.what);
  if (still.length > 0) {
    throw new SeebenchError(
      'packages-missing',
      `apt-get installed ${packages.join(' ')}, and this host still lacks ${still.join(', ')}`,
      `see ${step.logFile}`,
    );
  }
  step.done(`installed ${packages.join(' ')}`);
}

async function absent(needs: readonly HostNeed[]): Promise<HostNeed[]> {
  const there = await Promise.all(needs.map(async (need) => need.isThere()));
  return needs.filter((_need, i) => !there[i]);
}

async function apt(args: readonly string[], context: BuildContext, step: Step): Promise<void> {
  // Another apt may be at work (unattended-upgrades): wait for it.
  await must('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: plainEnv({ DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' }),
    deadlineMs: 15 * 60_000,
    outlives: true,
    logFile: step.logFile,
    doing: `apt-get ${args[0]}`,
    code: 'packages-failed',
  });
  context.signal.throwIfAborted();
}

function hasCertificates(): boolean {
  const named = process.env['SSL_CERT_FILE'];
  return [named, '/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'].some(
    (file) => file !== undefined && existsSync(file),
  );
}

function hasStaticLibc(): boolean {
  const triplets = ['x86_64-linux-gnu', 'aarch64-linux-gnu'];
  const dirs = [...triplets.map((triplet) => path.join('/usr/lib', triplet)), '/usr/lib', '/usr/lib64'];
  return dirs.some((dir) => existsSync(path.join(dir, 'libc.a')));
}
