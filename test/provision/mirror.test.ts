import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { debianMirror, mirrorsIn, transportIn } from '../../src/provision/mirror.js';
import { scratch } from './scratch.js';

// As Debian 12's container image has it, and two vendors' files beside it.
const DEB822 = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
const NODESOURCE = `Types: deb
URIs: https://deb.nodesource.com/node_20.x
Suites: nodistro
Components: main
`;
const ONE_LINE = `deb http://security.debian.org/debian-security trixie-security main
# deb http://commented.example.org/debian trixie main
deb-src http://source.example.org/debian trixie main
deb [signed-by=/k.gpg arch=amd64] https://mirror.example.net/debian trixie main contrib
deb https://packages.cloud.google.com/apt cloud-sdk-bookworm main
`;

test('the Debian mirror is found in both formats of apt', () => {
  expect(mirrorsIn(DEB822)).toEqual(['http://mirror.example.org/debian']);
  expect(mirrorsIn(ONE_LINE)).toEqual(['https://mirror.example.net/debian']);
});

test('other vendors’ archives and disabled ones are no mirrors', () => {
  expect(mirrorsIn(NODESOURCE)).toEqual([]);
  expect(mirrorsIn(`Enabled: no\n${DEB822}`)).toEqual([]);
});

test('a Debian uses its own mirror, another distribution Debian’s', () => {
  const etc = scratch();
  mkdirSync(path.join(etc, 'apt', 'sources.list.d'), { recursive: true });
  writeFileSync(path.join(etc, 'apt', 'sources.list.d', 'debian.sources'), DEB822);
  writeFileSync(path.join(etc, 'os-release'), 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n');
  expect(debianMirror(etc)).toBe('http://mirror.example.org/debian');
  writeFileSync(path.join(etc, 'os-release'), 'ID=ubuntu\nID_LIKE=debian\n');
  expect(debianMirror(etc)).toBe('http://deb.debian.org/debian');
});

test('of apt’s settings only those for reaching a mirror are passed on', () => {
  const dump = [
    'Acquire "";',
    'Acquire::AllowInsecureRepositories "0";',
    'Acquire::cdrom::mount "/media/cdrom/";',
    'Acquire::http::Proxy "http://proxy.example.org:3128";',
    'Acquire::https::CaInfo "/etc/ssl/certs/own.crt";',
    'Acquire::http::Pipeline-Depth "";',
  ].join('\n');
  expect(transportIn(dump)).toEqual([
    'Acquire::http::Proxy "http://proxy.example.org:3128";',
    'Acquire::https::CaInfo "/etc/ssl/certs/own.crt";',
  ]);
});
