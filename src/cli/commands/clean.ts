import { join } from 'node:path';
import type { Command } from 'commander';
import { SCHEMA_VERSION, SeebenchError } from '../../model/index.js';
import { cgroupName, stateDir } from '../places.js';
import { printJson } from '../print.js';

export function addClean(program: Command): Command {
  return program
    .command('clean')
    .description('remove what a killed seebench left: sandboxes, cgroups, temporary files; put back host settings')
    .option('--json', 'print JSON, and nothing else, to stdout')
    .addHelpText(
      'after',
      '\nExample:\n  seebench clean\n\nWhat set-up brought stays; it is in the cache directory, which may be deleted as a whole.\n',
    )
    .action(clean);
}

async function clean(options: { json?: boolean }): Promise<void> {
  const [{ SettingsJournal }, { removeStale }, { removeLeftovers }, { lockHolder }] = await Promise.all([
    import('../../host/index.js'),
    import('../../provision/index.js'),
    import('../../sandbox/index.js'),
    import('../../session/index.js'),
  ]);
  const holder = lockHolder(stateDir());
  if (holder !== null) {
    throw new SeebenchError(
      'run-in-progress',
      `${holder.what} is in progress on this host (process ${holder.pid})`,
      'wait for its end, or stop it with Ctrl-C',
    );
  }
  const { cgroups, sandboxes, mounts } = await removeLeftovers(stateDir(), cgroupName());
  const { restored, failed } = new SettingsJournal(join(stateDir(), 'host-settings.json')).restoreAll();
  const settings = restored.map(({ path }) => path);
  const temporary = await removeStale();
  const removed = { sandboxes, cgroups, mounts, settings, temporary };
  if (failed.length > 0) {
    const what = failed.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
    throw new SeebenchError('setting-not-restored', `cannot put back ${what}`, 'put it back by hand, then clean again');
  }
  if (options.json) return printJson({ schemaVersion: SCHEMA_VERSION, ...removed });
  for (const [kind, items] of Object.entries(removed)) {
    process.stdout.write(
      `${kind}: ${items.length === 0 ? 'nothing left' : `${items.length} (${items.slice(0, 5).join(', ')}${items.length > 5 ? ', …' : ''})`}\n`,
    );
  }
}
