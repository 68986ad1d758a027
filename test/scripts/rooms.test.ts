import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LINT = resolve('scripts/rooms.mjs');
const SOURCES: Record<string, string> = {
  'src/model/index.ts': "export * from './trial.js';\n",
  'src/model/trial.ts': 'export type A = 1;\n',
  'src/stats/median.ts':
    "import { z } from 'zod';\nimport type { A } from '../model/index.js';\nimport '../store/index.js';\n",
  'src/report/page.tsx': [
    "import { readRun } from '../store/reader.js';",
    "import { RunWriter } from '../store/writer.js';",
    "const charts = await import('../measure/trial.js');",
    "import { View } from 'vega';",
  ].join('\n'),
  'src/measure/trial.ts':
    "import type { Driver } from '../sandbox/driver.js';\nexport { runc } from '../sandbox/runc.js';\n",
  'src/host/run.ts': "// import '../store/index.js' in a comment is no import\nimport { execa } from 'execa';\n",
  'src/cli/main.ts': "import '../store/writer.js';\nimport '../../scripts/x.js';\n",
  'src/utils/all.ts': 'export {};\n',
};

describe('the lint of the rooms', () => {
  let root: string;
  let lint: { status: number | null; lines: string[] };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'rooms-'));
    copyFileSync('rooms.json', join(root, 'rooms.json'));
    for (const [name, text] of Object.entries(SOURCES)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const done = spawnSync(process.execPath, [LINT], { cwd: root, encoding: 'utf8' });
    lint = { status: done.status, lines: done.stderr.trim().split('\n') };
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('fails, and names file, line, from and to of every forbidden import and nothing else', () => {
    expect(lint.status).toBe(1);
    expect(lint.lines).toEqual([
      'src/cli/main.ts:2: cli → ../../scripts/x.js: leaves src/',
      'src/host/run.ts:2: host → execa: the package belongs to process',
      'src/measure/trial.ts:2: measure → ../sandbox/runc.js: measure may import only model, sandbox/driver, sandbox/cgroup, host, process',
      'src/report/page.tsx:2: report → ../store/writer.js: report may import only model, store/reader, stats, study, gate/types',
      'src/report/page.tsx:3: report → ../measure/trial.js: report may import only model, store/reader, stats, study, gate/types',
      'src/stats/median.ts:3: stats → ../store/index.js: stats may import only model',
      'src/utils/all.ts:1: utils is not a room of rooms.json',
    ]);
  });
});
