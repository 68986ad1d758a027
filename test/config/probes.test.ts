import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadProbes } from '../../src/config/index.js';
import { errorOf, files } from './fixture.js';

const OURS = join(import.meta.dirname, '../../probes');
const load = (text: string) => loadProbes(files({ 'containment.yaml': `probes:\n${text}` }));
const entry = (expected: string, more = ''): string =>
  `  - {id: one, asks: a, reference: r, expected: ${expected}${more}}\n`;

describe('the probes of the repository', () => {
  const probes = loadProbes(OURS);

  it('are at least forty, and each has its program', () => {
    expect(probes.length).toBeGreaterThanOrEqual(40);
    const program = readFileSync(join(OURS, 'containment.py'), 'utf8');
    const table = program.slice(program.indexOf('PROBES = {'), program.indexOf('\n}\n', program.indexOf('PROBES = {')));
    const programs = [...table.matchAll(/^ {4}"([a-z-]+)": /gm)].map(([, id]) => id);
    expect(programs.toSorted()).toEqual(probes.map(({ id }) => id).toSorted());
  });

  it('expect most to be contained, and say why where not', () => {
    const allowed = probes.filter(({ expected }) => Object.values(expected).includes('allowed'));
    expect(allowed.length).toBeLessThan(probes.length / 4);
    for (const { reason } of allowed) expect(reason!.length).toBeGreaterThan(20);
  });
});

describe('a probe', () => {
  it('that is expected to be allowed has a reason, and no other has', () => {
    expect(load(entry('{native: allowed, gvisor: contained}', ', reason: because'))).toHaveLength(1);
    const of = (text: string) => errorOf(() => load(text));
    expect(of(entry('{native: allowed, gvisor: contained}'))).toMatchObject({ code: 'probes-invalid' });
    expect(of(entry('{native: contained, gvisor: contained}', ', reason: why'))).toMatchObject({
      code: 'probes-invalid',
    });
    expect(of(entry('{native: maybe, gvisor: contained}')).message).toContain('containment.yaml:2');
    expect(of(entry('{native: contained, gvisor: contained}').repeat(2)).message).toContain('twice');
  });
});
