import { describe, expect, it } from 'vitest';
import { languagesIn, languagesOf } from '../../src/cli/languages.js';
import type { Layer } from '../../src/model/index.js';
import type { Provisioned } from '../../src/provision/index.js';
import { caseOf, workload } from '../measure/fixture.js';

const one = (id: string, layer: Layer | null) => caseOf(workload({ id, dir: `/w/${id}`, layer }));
const CASES = [one('python', null), one('start-js', 'node'), one('etl-java', 'java'), one('start-java', 'java')];
const PROVISIONED = {
  rootfs: { dir: '/own', digest: 'sha256:own', erofs: null },
  layers: {
    node: { dir: '/node', digest: 'sha256:node', erofs: '/node.erofs' },
    java: { dir: '/java', digest: 'sha256:java', erofs: null },
  },
  java: { 'etl-java': '/jars/etl', 'start-java': '/jars/start' },
} as unknown as Provisioned;

describe('what set-up brings for other languages', () => {
  it('is nothing for Python alone', () => {
    expect(languagesOf([CASES[0]!], undefined)).toEqual({ layers: [], java: [] });
  });

  it('is each layer once, and the programs to compile', () => {
    const { layers, java } = languagesOf(CASES, undefined);
    expect(layers).toEqual(['node', 'java']);
    expect(java.map(({ name, dirs }) => [name, dirs.at(-1)])).toEqual([
      ['etl-java', '/w/etl-java'],
      ['start-java', '/w/start-java'],
    ]);
  });

  it('is the compiler alone where the user brings a tree', () => {
    expect(languagesOf(CASES, '/own').layers).toEqual(['java']);
    expect(languagesOf(CASES.slice(0, 2), '/own').layers).toEqual([]);
  });
});

describe('what trials of other languages get', () => {
  it('is their layer, with its image and digest, and their kit', () => {
    const { layers, kits, digests } = languagesIn(CASES, PROVISIONED, false);
    expect(layers).toEqual({
      node: { dir: '/node', erofs: '/node.erofs' },
      java: { dir: '/java', erofs: null },
    });
    expect(kits).toEqual({
      'start-js': expect.stringMatching(/node_modules\/tinybench$/) as unknown,
      'etl-java': '/jars/etl',
      'start-java': '/jars/start',
    });
    expect(digests).toEqual({
      'layer/node': 'sha256:node',
      'layer/java': 'sha256:java',
      'code/tinybench': expect.stringMatching(/^sha256:/) as unknown,
    });
  });

  it('is the user’s own tree, where there is one', () => {
    const { layers, digests } = languagesIn(CASES, PROVISIONED, true);
    expect(layers).toEqual({ node: { dir: '/own', erofs: null }, java: { dir: '/own', erofs: null } });
    expect(digests).toEqual({
      'compiler/java': 'sha256:java',
      'code/tinybench': expect.stringMatching(/^sha256:/) as unknown,
    });
  });
});
