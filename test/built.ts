import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '..');

/**
 * The package as plain JavaScript in a directory of its own, for tests that need a Node process they can look at from outside:
 * compiled from the sources as they are now, without type checks.
 * @param rooms which of them are needed; all without a list
 * @returns the package's directory, and what removes it
 */
export function builtPackage(rooms?: readonly string[]): { readonly dir: string; readonly remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'seebench-built-'));
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || rooms?.includes(dirname(file)) === false) continue;
    const source = readFileSync(join(ROOT, 'src', file), 'utf8');
    const target = join(dir, 'dist', file.replace(/\.tsx?$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const compilerOptions = { ...options, noEmit: false, module: ts.ModuleKind.ESNext };
    writeFileSync(target, ts.transpileModule(source, { fileName: file, compilerOptions }).outputText);
  }
  for (const name of ['package.json', 'node_modules', 'workloads', 'profiles', 'provision']) {
    symlinkSync(join(ROOT, name), join(dir, name));
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
