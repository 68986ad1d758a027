#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT, SeebenchError } from '../model/index.js';
import { addCertify } from './commands/certify.js';
import { addClean } from './commands/clean.js';
import { addCompare } from './commands/compare.js';
import { addConform } from './commands/conform.js';
import { addDensity } from './commands/density.js';
import { addDoctor } from './commands/doctor.js';
import { addExplain } from './commands/explain.js';
import { addExport } from './commands/export.js';
import { addGate } from './commands/gate.js';
import { addHistory } from './commands/history.js';
import { addList } from './commands/list.js';
import { addReport } from './commands/report.js';
import { addResume } from './commands/resume.js';
import { addRun } from './commands/run.js';
import { addSetup } from './commands/setup.js';
import { addStartup } from './commands/startup.js';
import { addTune } from './commands/tune.js';
import { addVmas } from './commands/vmas.js';
import { interruption } from './interrupt.js';
import { pasteable } from './invocation.js';
import { VERSION } from './places.js';
import { explainError, say } from './print.js';

const program = new Command('seebench')
  .description('What gVisor costs your Python data and ML workloads, on your hardware.')
  .version(VERSION)
  // What stands behind a command is that command’s: `tune cliffs` has options with the names of `tune`’s.
  .enablePositionalOptions()
  .showHelpAfterError('(add --help for the options and an example)')
  .configureOutput({
    writeOut: (text) => void process.stdout.write(pasteable(text)),
    writeErr: (text) => void process.stderr.write(pasteable(text)),
    outputError: (text, write) => write(text.replace(/^error: /, 'error[usage]: ')),
  })
  .exitOverride();

for (const add of [
  addDoctor,
  addSetup,
  addList,
  addRun,
  addResume,
  addReport,
  addExplain,
  addExport,
  addCompare,
  addGate,
  addCertify,
  addStartup,
  addTune,
  addVmas,
  addConform,
  addDensity,
  addHistory,
  addClean,
]) {
  add(program).copyInheritedSettings(program);
}

// Who reads through `head` has had enough: no error, but a verdict stays what it is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? (process.exitCode ?? EXIT.done) : explainError(error));
});
// Where nobody can be told, the exit code says it all.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message; help and version are no errors.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.userAction;
  else if (interruption.came && !(error instanceof SeebenchError)) {
    say(
      program.args[0] === 'conform'
        ? 'interrupted; of what this command had begun, only the shards of `conform compat` are kept: the same command with the same --out goes on from them'
        : 'interrupted; nothing more was kept. The same command begins again, with what set-up has brought',
    );
    process.exitCode = EXIT.interrupted;
  } else process.exitCode = explainError(error);
}
