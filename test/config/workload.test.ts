import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadWorkload, loadWorkloads } from '../../src/config/index.js';
import { METRICS, WORKLOAD_CLASSES } from '../../src/model/index.js';
import { errorOf, files } from './fixture.js';

const OURS = join(import.meta.dirname, '../../workloads');
const SIZE = '{timeoutMs: 1000, memoryBytes: 134217728}';
const GOOD = `id: mine
title: Mine
class: data
description: Does it.
command: [/bin/true]
headline: wall_ns
digest: false
sizes: {smoke: ${SIZE}, quick: ${SIZE}, full: ${SIZE}}
`;
const load = (text: string) => loadWorkload(join(files({ 'mine/manifest.yaml': text }), 'mine'));

describe('the workloads of the repository', () => {
  const workloads = loadWorkloads([OURS]);

  it('all load, in the order of their classes, each directory one of them', () => {
    const dirs = readdirSync(OURS, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && !/^[_.]/.test(entry.name),
    );
    expect(workloads.map(({ id }) => id).toSorted()).toEqual(dirs.map(({ name }) => name).toSorted());
    const classes = workloads.map((workload) => WORKLOAD_CLASSES.indexOf(workload.class));
    expect(classes).toEqual(classes.toSorted((a, b) => a - b));
    expect(new Set(classes).size).toBe(WORKLOAD_CLASSES.length);
  });

  it('have programs and headlines that are there', () => {
    for (const { dir, command, headline } of workloads) {
      for (const part of command.filter((it) => it.startsWith('/workload/')))
        expect(existsSync(part.replace('/workload', dir))).toBe(true);
      expect(Object.hasOwn(METRICS, headline) || /^(part|syscall_ns)\//.test(headline)).toBe(true);
    }
  });
});

describe('a manifest', () => {
  it('may leave out what has a usual value', () => {
    expect(load(GOOD)).toMatchObject({
      workUnit: null,
      needs: { modules: [], files: [] },
      sizes: { quick: { params: {}, data: [] } },
    });
  });

  it.each([
    [
      'another id than its directory',
      GOOD.replace('id: mine', 'id: other'),
      'id: expected `mine`, the name of its directory',
    ],
    ['an id that is a path', GOOD.replace('id: mine', 'id: ../mine'), 'manifest.yaml:1: id: expected lower-case'],
    ['an unknown class', GOOD.replace('class: data', 'class: games'), 'manifest.yaml:3: class: '],
    [
      'an unknown headline',
      GOOD.replace('wall_ns', 'wall_time'),
      'manifest.yaml:6: headline: expected the name of a metric',
    ],
    [
      'a headline that all objects have',
      GOOD.replace('wall_ns', 'constructor'),
      'manifest.yaml:6: headline: expected the name of a metric',
    ],
    ['no command', GOOD.replace('[/bin/true]', '[]'), 'manifest.yaml:5: command: '],
    ['no sizes', GOOD.replace(/sizes.*/, ''), 'sizes: '],
    ['a size less', GOOD.replace(/, full: .*/, '}'), 'manifest.yaml:8: sizes.full: '],
    ['too little memory', GOOD.replaceAll('134217728', '1000'), 'sizes.smoke.memoryBytes: '],
    [
      'data that is a path',
      GOOD.replace(SIZE, SIZE.replace('}', ', data: [../x]}')),
      'sizes.smoke.data.0: expected the name of a data set',
    ],
    ['an unknown field', `${GOOD}tags: []\n`, 'manifest.yaml:9: tags: there is no such field'],
  ])('may not have %s', (_what, text, message) => {
    expect(errorOf(() => load(text))).toMatchObject({
      code: 'workload-manifest-invalid',
      exitCode: 2,
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('a workload in another language', () => {
  it('names its layer', () => {
    expect(load(`${GOOD}layer: node\n`)).toMatchObject({ layer: 'node', warmPoint: null });
    expect(load(GOOD)).toMatchObject({ layer: null });
  });

  it.each([
    ['of a language that has none', `${GOOD}layer: cobol\n`, 'manifest.yaml:9: layer: '],
    [
      'with a warm point, which only Python has',
      `${GOOD}layer: java\nwarmPoint: imports\n`,
      'warmPoint: only a Python',
    ],
  ])('is refused %s', (_what, text, message) => {
    expect(errorOf(() => load(text))).toMatchObject({
      code: 'workload-manifest-invalid',
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('directories of workloads', () => {
  it('may be several, and hold shared code beside workloads', () => {
    const dir = files({ 'mine/manifest.yaml': GOOD, '_shared/code.py': '', '.cache/x': '', 'README.md': '' });
    expect(loadWorkloads([OURS, dir]).map(({ id }) => id)).toContain('mine');
  });

  it('may not hold a workload twice, or one without a manifest, or be missing', () => {
    const dir = files({ 'mine/manifest.yaml': GOOD });
    const again = files({ 'mine/manifest.yaml': GOOD });
    expect(errorOf(() => loadWorkloads([dir, again]))).toMatchObject({
      code: 'workload-twice',
      message: expect.stringContaining(again) as unknown,
    });
    expect(errorOf(() => loadWorkloads([files({ 'empty/main.py': '' })]))).toMatchObject({
      code: 'workload-manifest-unreadable',
      message: expect.stringContaining('empty/manifest.yaml') as unknown,
    });
    expect(errorOf(() => loadWorkloads(['/nowhere']))).toMatchObject({ code: 'workloads-missing', exitCode: 2 });
  });
});
