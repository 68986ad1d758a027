import { describe, expect, it } from 'vitest';
import type { ContainmentProbe } from '../../src/model/index.js';
import { containmentProblems, containmentRows, probeLines, proofRows, unproved } from '../../src/study/index.js';

const probe = (id: string, native: 'contained' | 'allowed' = 'contained'): ContainmentProbe => ({
  id,
  asks: 'x',
  reference: 'x',
  expected: { native, gvisor: 'contained' },
  reason: native === 'allowed' ? 'because' : null,
});
const PROBES = [probe('mount'), probe('disks', 'allowed')];
const line = (id: string, answer: string, detail = 'EPERM'): string => JSON.stringify({ probe: id, answer, detail });
const lines = (...all: string[]) => probeLines(all.join('\n'), ['mount', 'disks']);
const rows = (environment: string, kind: 'native' | 'gvisor', ...all: string[]) =>
  containmentRows(PROBES, environment, kind, lines(...all), lines());
const problems = (...all: ReturnType<typeof rows>[]) => containmentProblems(all.flat());

describe('what a sandbox printed', () => {
  it('is read line by line, and what is no answer to a question is dropped', () => {
    const found = lines(
      'hello',
      '{"probe": "mount"',
      line('others', 'contained'),
      line('mount', 'perhaps'),
      '[1]',
      'null',
      line('mount', 'contained'),
    );
    expect([...found]).toEqual([['mount', { answer: 'contained', detail: 'EPERM' }]]);
  });

  it('is bounded, and steers no terminal', () => {
    const found = lines(line('mount', 'contained', `\u001b[2J\n${'x'.repeat(5000)}`));
    const { detail } = found.get('mount')!;
    expect(detail.length).toBeLessThanOrEqual(200);
    expect(detail).not.toMatch(/\p{Cc}/u);
  });

  it('does not count when it answers twice: the second may be anybody’s', () => {
    expect(lines(line('mount', 'allowed'), line('mount', 'contained')).get('mount')!.answer).toBe('broken');
  });
});

describe('containment', () => {
  it('is as expected, or stricter, or not to be asked', () => {
    const native = rows('native', 'native', line('mount', 'contained'), line('disks', 'allowed'));
    const gvisor = rows('gvisor-systrap', 'gvisor', line('mount', 'not-applicable'), line('disks', 'contained'));
    const strict = rows('native', 'native', line('mount', 'contained'), line('disks', 'contained'));
    for (const all of [native, gvisor, strict]) expect(all.map(({ ok }) => ok)).toEqual([true, true]);
    expect(problems(native, gvisor)).toEqual([]);
  });

  it('is not believed when it says not applicable of what native has answered', () => {
    const native = lines(line('mount', 'contained'), line('disks', 'not-applicable'));
    const said = lines(line('mount', 'not-applicable'), line('disks', 'not-applicable'));
    const found = containmentRows(PROBES, 'gvisor-systrap', 'gvisor', said, native);
    expect(found.map(({ answer, ok }) => `${answer} ${ok}`)).toEqual(['broken false', 'not-applicable true']);
  });

  it('has a problem for each that is allowed and should not be, or gave no answer', () => {
    const found = problems(rows('gvisor-systrap', 'gvisor', line('disks', 'allowed', 'opened')));
    expect(found).toEqual([
      'mount in gvisor-systrap: broken, expected contained (no answer)',
      'disks in gvisor-systrap: allowed, expected contained (opened)',
    ]);
  });

  it('names what a profile allows and the defaults of its platform contain, expected or not', () => {
    const base = rows('native', 'native', line('mount', 'contained'), line('disks', 'contained'));
    const tuned = rows('native-tuned', 'native', line('mount', 'contained'), line('disks', 'allowed'));
    expect(problems(base, tuned)).toEqual(['disks: contained in native, allowed in native-tuned']);
  });
});

describe('proof', () => {
  const asked = rows('native', 'native', line('mount', 'contained'), line('disks', 'allowed'));
  const unprovedBy = (...all: string[]) => unproved(asked, proofRows(PROBES, lines(...all)));

  it('is that every question can be answered “allowed” in an opened sandbox', () => {
    expect(unprovedBy(line('mount', 'allowed'), line('disks', 'allowed'))).toEqual([]);
    expect(unprovedBy(line('mount', 'contained', 'EPERM'), line('disks', 'allowed'))).toEqual([
      'mount is not shown to fail here: contained in an opened sandbox (EPERM)',
    ]);
    expect(unprovedBy(line('disks', 'allowed'))).toEqual([
      'mount is not shown to fail here: broken in an opened sandbox (no answer)',
    ]);
  });

  it('is not asked of what the host’s kernel lacks', () => {
    expect(unprovedBy(line('mount', 'not-applicable', 'ENOSYS'), line('disks', 'allowed'))).toEqual([]);
  });
});
