import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addTune } from '../../src/cli/commands/tune.js';
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

describe('the options behind `tune cliffs`', () => {
  it('are its own, also where tune has some of the same names', () => {
    // As main.ts makes it.
    const program = new Command().enablePositionalOptions();
    const tune = addTune(program).copyInheritedSettings(program);
    const cliffs = tune.commands.find((it) => it.name() === 'cliffs')!.action(() => undefined);
    program.parse(['tune', 'cliffs', '--suite', 'smoke', '--blocks', '3', '--threads', '4,1,4', '--json'], {
      from: 'user',
    });
    expect(cliffs.opts()).toMatchObject({ suite: 'smoke', blocks: 3, threads: [1, 4], json: true });
    expect(tune.opts()).toMatchObject({ suite: 'quick' });
  });
});
