import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadYaml } from '../../src/config/index.js';
import { errorOf, files } from './fixture.js';

const schema = z.strictObject({
  name: z.string(),
  sizes: z.record(z.string(), z.strictObject({ ms: z.number().int().min(1) })).default({}),
  list: z.array(z.strictObject({ id: z.string() })).default([]),
});

function load(text: string) {
  const file = join(files({ 'a.yaml': text }), 'a.yaml');
  return { file, value: () => loadYaml(file, schema, 'test thing') };
}

describe('a person’s file', () => {
  it('is read as YAML, and as JSON', () => {
    expect(load('name: a # comment\n').value()).toMatchObject({ name: 'a' });
    expect(load('{"name": "a"}').value()).toMatchObject({ name: 'a' });
  });

  it.each([
    [
      'a wrong type',
      'name: a\nsizes:\n  small:\n    ms: fast\n',
      4,
      'sizes.small.ms',
      /expected number, received string/,
    ],
    ['a number out of bounds', 'name: a\nsizes:\n  small: {ms: 0}\n', 3, 'sizes.small.ms', />=1/],
    [
      'a missing field, at its parent',
      'name: a\nlist:\n  - id: x\n  - {}\n',
      4,
      'list.1.id',
      /expected string, received undefined/,
    ],
    ['an unknown field, at its own line', 'name: a\n\n\nnmae: b\n', 4, 'nmae', /there is no such field/],
    [
      'an unknown field deep inside',
      'name: a\nlist:\n  - id: x\n    color: red\n',
      4,
      'list.0.color',
      /there is no such field/,
    ],
    ['an empty file', '', 1, 'file', /expected object/],
  ])('with %s names file, line, field and what was expected', (_what, text, line, field, expected) => {
    const { file, value } = load(text);
    const error = errorOf(value);
    expect(error).toMatchObject({ code: 'test-thing-invalid', exitCode: 2 });
    expect(error.message.startsWith(`${file}:${line}: ${field}: `)).toBe(true);
    expect(error.message).toMatch(expected);
    expect(error.remedy).toContain('test thing');
  });

  it('has all of its mistakes named at once, each on a line of its own', () => {
    const { file, value } = load('name: 1\nfoo: 2\nbar: 3\n');
    const { message } = errorOf(value);
    expect(message.split('\n').map((line) => line.slice(file.length, file.length + 4))).toEqual([
      ':1: ',
      ':2: ',
      ':3: ',
    ]);
  });

  it.each([
    ['broken', 'name: a\nlist: [1, 2\n', /a\.yaml:\d+: /],
    ['with a tab for indentation', 'name:\n\t- a\n', /a\.yaml:2: /],
    ['with a key twice', 'name: a\nname: b\n', /a\.yaml:2: .*unique/],
    ['of two documents', 'name: a\n---\nname: b\n', /a\.yaml:\d+: .*multiple documents/],
    ['with an alias to nothing', 'name: *nowhere\n', /a\.yaml.*nowhere/],
    [
      'that grows without bounds',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((it, i) => `${it}: &${it} [${Array.from({ length: 9 }, () => `*${'abcdefg'[i]}`).join(',')}]`)
        .join('\n')}\n`,
      /alias/,
    ],
  ])('%s is said to be so', (_what, text, message) => {
    const { value } = load(text);
    expect(errorOf(value)).toMatchObject({
      code: 'test-thing-invalid',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('that cannot be read, or is no person’s, is said to be so', () => {
    const dir = files({ 'big.yaml': `name: ${'x'.repeat(1024 * 1024)}` });
    const read = (name: string) => errorOf(() => loadYaml(join(dir, name), schema, 'test thing'));
    expect(read('missing.yaml')).toMatchObject({
      code: 'test-thing-unreadable',
      exitCode: 2,
      message: expect.stringContaining('missing.yaml') as unknown,
    });
    expect(read('.')).toMatchObject({ code: 'test-thing-unreadable' });
    expect(read('big.yaml')).toMatchObject({
      code: 'test-thing-invalid',
      message: expect.stringContaining('characters') as unknown,
    });
  });
});
