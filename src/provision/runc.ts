import { SeebenchError } from '../model/index.js';
import { exec } from '../process/index.js';
import { HOST_NEEDS } from './packages.js';
import { plainEnv, which } from './programs.js';
import type { Step } from './steps.js';

export interface ProvidedRunc {
  /** Absolute path of the program. */
  readonly path: string;
  /** E.g. `1.1.5+ds1`. */
  readonly version: string;
}

/** The host's runc. @throws SeebenchError `packages-missing`, `bad-runc`. */
export async function provideRunc(step: Step): Promise<ProvidedRunc> {
  const program = which('runc');
  if (program === null) {
    const remedy = `run as root: apt-get install ${HOST_NEEDS.runc.packages.join(' ')}`;
    throw new SeebenchError('packages-missing', 'this host lacks runc', remedy);
  }
  const said = await exec(program, ['--version'], { deadlineMs: 10_000, env: plainEnv() });
  const version = /^runc version (\S{1,200})/m.exec(said.stdout)?.[1];
  if (version === undefined) {
    throw new SeebenchError('bad-runc', `${program} is no runc: its --version says something else`, 'install runc');
  }
  step.present(`runc ${version}`);
  return { path: program, version };
}
