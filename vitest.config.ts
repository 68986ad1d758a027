import { defineConfig } from 'vitest/config';

/** Tests that launch real sandboxes, browsers or builds: they need root and the runtimes, and share one machine. */
const REAL = 'test/real/**/*.test.ts';

export default defineConfig({
  test: {
    reporters: process.env['SEEBENCH_TEST_JSON']
      ? ['default', ['json', { outputFile: process.env['SEEBENCH_TEST_JSON'] }]]
      : ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.{ts,tsx}'], exclude: [REAL], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [REAL],
          // One after the other: they time out, fill disks and count what is left on the host.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
