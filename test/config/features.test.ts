import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadAreas, loadFeatures } from '../../src/config/index.js';
import { errorOf, files } from './fixture.js';

const OURS = join(import.meta.dirname, '../../probes');

/** Names in a catalogue, as the program's functions have them. */
function functionsOf(program: string, prefix: string): string[] {
  const text = readFileSync(join(OURS, program), 'utf8');
  return [...text.matchAll(new RegExp(`^def ${prefix}_([a-z_]+)\\(`, 'gm'))].map(([, name]) =>
    name!.replaceAll('_', '-'),
  );
}

describe('what the repository uses', () => {
  it('has a program for each feature, and no other', () => {
    expect(functionsOf('features.py', 'feature').toSorted()).toEqual(
      loadFeatures(OURS)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('has a program for each area and for what it lacks, and no other', () => {
    const areas = loadAreas(OURS);
    expect(functionsOf('snowpark_areas.py', 'area').toSorted()).toEqual(areas.map(({ id }) => id).toSorted());
    const text = readFileSync(join(OURS, 'snowpark_areas.py'), 'utf8');
    const asked = [...text.matchAll(/area\.lack\(\s*"([a-z-]+)"/g)].map(([, name]) => name!);
    expect(asked.toSorted()).toEqual(areas.flatMap(({ lacks }) => lacks.map(({ id }) => id)).toSorted());
  });
});

describe('a catalogue', () => {
  const features = (text: string) => () => loadFeatures(files({ 'features.yaml': `features:\n${text}` }));

  it('has what is known to be otherwise in gVisor with its reason', () => {
    const [one] = features('  - {id: one, does: a, cost: b, gvisor: {answer: differs, reason: c}}\n')();
    expect(one!.gvisor).toEqual({ answer: 'differs', reason: 'c' });
    const bad = errorOf(features('  - {id: one, does: a, cost: b, gvisor: {answer: works}}\n'));
    expect(bad).toMatchObject({ code: 'features-invalid' });
    expect(bad.message).toContain('features.yaml:2');
  });

  it('has each name once', () => {
    expect(errorOf(features('  - {id: one, does: a, cost: b}\n'.repeat(2))).message).toContain('twice');
    const area = '  - {id: one, does: a, lacks: [{id: x, what: y}, {id: x, what: y}]}\n';
    expect(errorOf(() => loadAreas(files({ 'snowpark_areas.yaml': `areas:\n${area}` }))).message).toContain('twice');
  });
});
