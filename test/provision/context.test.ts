import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { workbench } from './scratch.js';

test('the first failure ends the others, and is thrown when all have ended', async () => {
  const { context } = workbench();
  const ended: string[] = [];
  const works = [
    async () => {
      await sleep(30);
      throw new Error('the first');
    },
    async (inner: typeof context) => {
      await sleep(10_000, undefined, { signal: inner.signal }).catch(() => {});
      await sleep(50);
      ended.push('cleaned up');
      throw new Error('a later one');
    },
  ];
  await expect(context.together(works)).rejects.toThrow('the first');
  expect(ended).toEqual(['cleaned up']);
  expect(context.signal.aborted).toBe(false);
});
