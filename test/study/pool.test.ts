import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INJECTION_KINDS, NATIVE, plainId, slowedId, twinOf } from '../../src/model/index.js';
import { makePool, type PilotCase } from '../../src/study/index.js';

const ENVIRONMENTS = ['gvisor-systrap', 'gvisor-ptrace'];
const SLOWDOWNS = [0.02, 0.03, 0.05, 0.1, 0.2];
const measured: PilotCase = { headlineNs: 4e7, unitNs: { cpu: 1700, syscall: 900, fault: 70_000 } };
const pilots = {
  'slowed@quick': { 'gvisor-systrap': measured, 'gvisor-ptrace': { ...measured, headlineNs: 8e7 } },
};
const pool = makePool({ cases: ['plain@quick', 'slowed@quick'], environments: ENVIRONMENTS, pilots });
const kinds = INJECTION_KINDS.flatMap((kind) => SLOWDOWNS.map((slowdown) => ({ kind, slowdown })));

describe('a case that is not slowed down', () => {
  it('has native and every environment with its identical twin in every block', () => {
    expect(pool.arms['plain@quick']).toEqual([
      [NATIVE, twinOf(NATIVE), ...ENVIRONMENTS.flatMap((id) => [id, twinOf(id)])],
    ]);
    expect(pool.injections['plain@quick']).toBeUndefined();
  });
});

describe('a case that is slowed down', () => {
  const turns = pool.arms['slowed@quick']!;

  it('has native, one environment and its identical twin in every block', () => {
    for (const turn of turns) {
      const [own] = ENVIRONMENTS.filter((id) => turn.includes(id));
      expect(turn.slice(0, 3)).toEqual([NATIVE, own, twinOf(own!)]);
      expect(new Set(turn.slice(1).map(plainId))).toEqual(new Set([own]));
    }
  });

  it('has every kind and size of slowdown in some turn of each environment', () => {
    const all = new Set(turns.flat());
    for (const id of ENVIRONMENTS) for (const one of kinds) expect(all).toContain(slowedId(id, one));
    expect(Object.keys(pool.injections['slowed@quick']!).toSorted()).toEqual(
      [...all].filter((id) => /\+(cpu|syscall|fault)\d+$/.test(id)).toSorted(),
    );
  });

  it('has 5 % and 10 % of CPU work in every block, from which the finest figures come', () => {
    for (const turn of turns) {
      const own = plainId(turn[1]!);
      for (const slowdown of [0.05, 0.1]) expect(turn).toContain(slowedId(own, { kind: 'cpu', slowdown }));
    }
  });

  it('has short blocks, in which nothing stands twice, and a larger share of the time', () => {
    for (const turn of turns) {
      expect(turn.length).toBeLessThanOrEqual(7);
      expect(new Set(turn).size).toBe(turn.length);
    }
    expect(pool.shares['slowed@quick']!).toBeGreaterThan(pool.shares['plain@quick']!);
  });

  it('gets units that take the asked part of the headline there', () => {
    const { kind, slowdown, units } = pool.injections['slowed@quick']!['gvisor-ptrace+cpu5']!;
    expect({ kind, slowdown }).toEqual({ kind: 'cpu', slowdown: 0.05 });
    expect((units * 1700) / 8e7).toBeCloseTo(0.05, 3);
    expect(pool.injections['slowed@quick']!['gvisor-systrap+cpu5']!.units).toBeLessThan(units);
  });
});

describe('units of added work', () => {
  it('grow with the slowdown, and are whole and at least one, whatever the pilot says', () => {
    const positive = fc.double({ min: 1, max: 1e12, noNaN: true });
    const pilot = fc.record({
      headlineNs: positive,
      unitNs: fc.record({ cpu: positive, syscall: positive, fault: positive }),
    });
    fc.assert(
      fc.property(pilot, (one) => {
        const { injections } = makePool({ cases: ['c@q'], environments: ['e'], pilots: { 'c@q': { e: one } } });
        for (const kind of INJECTION_KINDS) {
          const units = SLOWDOWNS.map((slowdown) => injections['c@q']![slowedId('e', { kind, slowdown })]!.units);
          expect(units).toEqual(units.toSorted((a, b) => a - b));
          expect(units.every((it) => Number.isSafeInteger(it) && it >= 1)).toBe(true);
        }
      }),
    );
    const { injections } = pool;
    const cpu = SLOWDOWNS.map(
      (slowdown) => injections['slowed@quick']![slowedId('gvisor-systrap', { kind: 'cpu', slowdown })]!.units,
    );
    expect(cpu.map((it) => Math.round((it / cpu[0]!) * 2))).toEqual([2, 3, 5, 10, 20]);
  });
});
