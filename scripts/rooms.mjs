// Holds the table of rooms.json: which room of src/ may import which other, and which room owns a package. oxlint's
// no-restricted-imports would need one override with a hand-made deny list per room; a table is what people read.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

/**
 * Every import under `src` that the table forbids, as `file:line: from → to: why`.
 * @param {string} root directory that holds `src/`
 * @param {{rooms: Record<string, string[]>, packages: Record<string, string[]>}} table an entry `store/reader` allows only the
 * file `store/reader.ts` or the folder `store/reader/`; `*` allows every room. A package that is not listed may be used anywhere.
 * @returns {string[]}
 */
export function forbiddenImports(root, table) {
  const src = join(root, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  return files.sort().flatMap((name) => {
    const file = join(src, name);
    const text = readFileSync(file, 'utf8');
    const room = name.split(sep)[0];
    const shown = relative(root, file);
    if (!Object.hasOwn(table.rooms, room)) return [`${shown}:1: ${room} is not a room of rooms.json`];
    return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName: to, pos }) => {
      const why = to.startsWith('.')
        ? wrongRoom(room, resolve(dirname(file), to), src, table)
        : wrongPackage(room, to, table);
      return why === null ? [] : [`${shown}:${text.slice(0, pos).split('\n').length}: ${room} → ${to}: ${why}`];
    });
  });
}

function wrongRoom(room, target, src, { rooms }) {
  const to = relative(src, target)
    .replace(/\.(js|jsx|ts|tsx)$/, '')
    .split(sep)
    .join('/');
  if (to.startsWith('../')) return 'leaves src/';
  if (to.split('/')[0] === room) return null;
  const allowed = rooms[room];
  const ok = allowed.some((entry) => entry === '*' || to === entry || to.startsWith(`${entry}/`));
  return ok ? null : `${room} may import only ${allowed.join(', ') || 'nothing'}`;
}

function wrongPackage(room, specifier, { packages }) {
  const parts = specifier.split('/');
  const owners = packages[specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]];
  return owners === undefined || owners.includes(room) ? null : `the package belongs to ${owners.join(', ')}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = forbiddenImports('.', JSON.parse(readFileSync('rooms.json', 'utf8')));
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
