#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT } from '../model/index.js';
import { addClean } from './commands/clean.js';
import { addDoctor } from './commands/doctor.js';
import { addList } from './commands/list.js';
import { addReport } from './commands/report.js';
import { addResume } from './commands/resume.js';
import { addRun } from './commands/run.js';
import { addSetup } from './commands/setup.js';
import { VERSION } from './places.js';
import { explainError } from './print.js';

const program = new Command('seebench')
  .description('What gVisor costs your Python data and ML workloads, on your hardware.')
  .version(VERSION)
  .showHelpAfterError('(add --help for the options and an example)')
  .exitOverride();

for (const add of [addDoctor, addSetup, addList, addRun, addResume, addReport, addClean]) {
  add(program).exitOverride();
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.userAction;
  else process.exitCode = explainError(error);
}
