import type { Random } from '../../src/stats/index.js';

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** `n` values of a source. */
export function sample(n: number, draw: (i: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => draw(i));
}

/** Logarithms of what one side of a block may be, by kind of data: the other side is the same source. */
export const SOURCES: Readonly<Record<string, (random: Random, i: number) => number>> = {
  normal: (random) => 0.1 * normal(random),
  'log-normal': (random) => 0.05 * Math.exp(normal(random)),
  bimodal: (random) => (random() < 0.3 ? Math.log(10) : 0) + 0.05 * normal(random),
  // The host gets slower by half over the run, and both sides of a block with it.
  drifting: (random, i) => 0.01 * i + 0.1 * normal(random),
};
