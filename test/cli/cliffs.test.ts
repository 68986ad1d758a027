import { describe, expect, it } from 'vitest';
import { cpusOf } from '../../src/cli/cliffs.js';

describe('the CPUs that a process may use', () => {
  it.each([
    ['0-1', [0, 1]],
    ['3', [3]],
    ['0-2,5,8-9', [0, 1, 2, 5, 8, 9]],
  ])('%s are read one by one', (text, cpus) => {
    expect(cpusOf(`Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t${text}\nMems_allowed:\t1\n`)).toEqual(cpus);
  });
});
