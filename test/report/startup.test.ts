import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StartKind, StartTrial } from '../../src/model/index.js';
import { writeStartupReport } from '../../src/report/index.js';
import { startupResult } from '../../src/study/index.js';
import { manifest } from '../store/fixture.js';
import { scratch } from './scratch.js';

const MS = 1e6;

/** A start of a made-up host, `ms` long; the log has every step of a start of gVisor. */
function start(environment: string, kind: StartKind, ms: number, block: number, instrumented: boolean): StartTrial {
  const at = (share: number): number => share * ms * MS * (instrumented ? 1.3 : 1);
  const restored = kind.startsWith('restored');
  const names = restored
    ? ['boot/notifying parent', 'restore/cm.Restore RPC', 'restore/kernel loaded', 'restore/MFs loaded']
    : ['boot/notifying parent', 'boot/seccomp filters installed', 'boot/submounts mounted', 'boot/kernel started'];
  const boot = [
    'runtime/Go code running',
    'runtime/sandbox being started',
    'boot/Go code running',
    'boot/platform created',
  ];
  const own = environment === 'native' ? ['runtime/created'] : [...boot, ...names];
  const steps = own.map((name, i) => ({ name, ns: at(0.05 * (i + 1)) }));
  return {
    caseId: 'first-row@quick',
    environment,
    kind,
    block,
    instrumented,
    completed: true,
    reason: null,
    wallNs: at(1),
    marks: { guest: at(0.45), interpreter: at(0.5), imports: at(0.8), first_result: at(0.9), done: at(0.92) },
    clockErrorNs: 9000,
    steps: instrumented ? [...steps, { name: 'runtime/exit seen', ns: at(0.95) }] : [],
    dropped: kind.includes('cold') ? { files: 900, before: 50_000, after: 100, pageBytes: 4096 } : null,
  };
}

const KINDS: readonly (readonly [string, StartKind, number])[] = [
  ['native', 'cold', 900],
  ['native', 'warm', 300],
  ['gvisor-systrap', 'cold', 1400],
  ['gvisor-systrap', 'warm', 800],
  ['gvisor-systrap-tuned-restore', 'restored', 250],
];

describe('the page of a startup run', () => {
  it('has a bar of parts for each start, and says how far to trust them', async () => {
    const trials = Array.from({ length: 8 }, (_, block) =>
      KINDS.flatMap(([environment, kind, ms]) =>
        [false, true].map((instrumented) => start(environment, kind, ms + block, block, instrumented)),
      ),
    ).flat();
    const hostile = { ...trials[0]!, completed: false, reason: '<b>no\u001b[31m' };
    const result = startupResult(
      '20261125-160000-abcd',
      'seebench startup --seed 1',
      ['native', 'gvisor-systrap', 'gvisor-systrap-tuned-restore'],
      [...trials, hostile],
    );
    const dir = process.env['SEEBENCH_KEEP_PAGE'] ?? (await scratch());
    const page = readFileSync(await writeStartupReport(result, manifest().fingerprint, dir), 'utf8');
    expect(page).toContain('memory loaded');
    expect(page).toContain('99.8 % (195 MiB)');
    expect(page).not.toContain('<b>no');
    const spec = readFileSync(join(dir, 'charts/start-0.vl.json'), 'utf8');
    expect(spec).toContain('systrap-tuned-restore, restored');
    expect(result.rows.map(({ kind, parts }) => [kind, parts.length])).toEqual([
      ['cold', 8],
      ['warm', 8],
      ['cold', 15],
      ['warm', 15],
      ['restored', 15],
    ]);
  });
});
