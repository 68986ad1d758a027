import { expect, it } from 'vitest';
import { checkFits } from '../../src/cli/snapshots.js';

const ground = { runsc: 'a', cpu: 'b' };
const files = { 'pages.img': 'sha256:1' };

it('a snapshot is taken as it was made, and refused when it is not for this ground or was changed', () => {
  const check = (now: typeof ground, there: Record<string, string>) => () =>
    checkFits({ ground, files }, now, there, '/cache/image');
  expect(check(ground, files)).not.toThrow();
  expect(check({ ...ground, cpu: 'c' }, files)).toThrow(
    expect.objectContaining({ code: 'snapshot-does-not-fit', exitCode: 2 }),
  );
  for (const there of [{}, { 'pages.img': 'sha256:2' }, { ...files, more: 'sha256:3' }])
    expect(check(ground, there)).toThrow(expect.objectContaining({ code: 'snapshot-damaged', exitCode: 2 }));
});
