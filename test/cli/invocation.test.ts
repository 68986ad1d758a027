import { describe, expect, it } from 'vitest';
import { pasteable } from '../../src/cli/invocation.js';

const HELP = 'Usage: seebench run [options]\n\nplan, measure\n\nExample:\n  seebench run --suite smoke\n';

describe('commands that are suggested', () => {
  it('are those of the checkout for who started this one from there', () => {
    expect(pasteable('see `seebench list profiles`', 'seebench')).toBe('see `npm run -s seebench -- list profiles`');
    expect(pasteable('where the time goes: seebench explain /r', 'bench')).toBe(
      'where the time goes: npm run -s seebench -- explain /r',
    );
    expect(pasteable(HELP, 'seebench')).toBe(
      'Usage: npm run -s seebench -- run [options]\n\nplan, measure\n\nExample:\n  npm run -s seebench -- run --suite smoke\n',
    );
  });

  it('stay as they are for who has seebench installed', () => {
    for (const script of [undefined, 'test', 'my-gate']) expect(pasteable(HELP, script)).toBe(HELP);
  });

  it('are told from what is said of seebench', () => {
    const text = 'this is a bug of seebench; flags are set by seebench itself (seebench measures them)';
    expect(pasteable(text, 'seebench')).toBe(text);
  });
});
