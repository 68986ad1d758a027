import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { exec } from '../process/index.js';
import { plainEnv } from './programs.js';

/** Debian's own, which sends each client to a near copy. */
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';

/** The Debian mirror that this host itself installs from, if it is a Debian; else Debian's own. */
export function debianMirror(etc = '/etc'): string {
  const own = process.env['SEEBENCH_DEBIAN_MIRROR'];
  if (own !== undefined && own !== '') return own;
  if (!/^ID="?debian"?$/m.test(read(path.join(etc, 'os-release')))) return DEFAULT_MIRROR;
  const folder = path.join(etc, 'apt', 'sources.list.d');
  const files = [path.join(etc, 'apt', 'sources.list'), ...names(folder).map((name) => path.join(folder, name))];
  const uris = files.flatMap((file) => mirrorsIn(read(file)));
  return uris[0] ?? DEFAULT_MIRROR;
}

/** Addresses of Debian archives in one file of apt's, in either of its two formats; security and others are left out. */
export function mirrorsIn(text: string): string[] {
  const oneLine = [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/gm)].map(
    ([, uri, suite, components]) => ({ uri: uri!, suite: suite!, components: components! }),
  );
  const stanzas = text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string => new RegExp(`^${name}:[ \t]*(.*)$`, 'm').exec(stanza)?.[1] ?? '';
    if (!/\bdeb\b(?!-)/.test(field('Types')) || /^no$/i.test(field('Enabled'))) return [];
    const suite = field('Suites').split(/\s+/)[0] ?? '';
    return field('URIs')
      .split(/\s+/)
      .map((uri) => ({ uri, suite, components: field('Components') }));
  });
  return [...oneLine, ...stanzas]
    .filter(({ uri, suite, components }) => {
      // Other vendors' archives have suites of their own; Debian's have `main` and the name of a release.
      const isDebian = /^(stable|oldstable|testing|sid|unstable|buster|bullseye|bookworm|trixie|forky|duke)$/.test(
        suite,
      );
      return /^https?:\/\//.test(uri) && isDebian && /\bmain\b/.test(components) && !/security/.test(uri);
    })
    .map(({ uri }) => uri);
}

/** How this host's apt reaches its mirrors (proxies, certificates), as options for another apt. */
export async function aptTransport(): Promise<string[]> {
  const said = await exec('apt-config', ['dump', 'Acquire'], { deadlineMs: 10_000, env: plainEnv() });
  return transportIn(said.stdout);
}

/** The lines of `apt-config dump` that say how mirrors are reached. */
export function transportIn(dump: string): string[] {
  const wanted = /^Acquire::(http|https|Retries|ForceIPv4|ForceIPv6)(::[^ ]*)? "[^"]+";$/i;
  return dump.split('\n').filter((line) => wanted.test(line));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(list|sources)$/.test(name))
      .toSorted();
  } catch {
    return [];
  }
}
