import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('the published JSON Schemas are those that files are read with', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/schemas.mjs', '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
