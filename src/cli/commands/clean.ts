import { join } from 'node:path';
import type { Command } from 'commander';
import { SCHEMA_VERSION, SeebenchError } from '../../model/index.js';
import { cgroupName, stateDir } from '../places.js';
import { printJson } from '../print.js';
import { removeScratch } from '../scratch.js';

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
  const [{ SettingsJournal }, { removeStale }, { removeLeftovers }, { RunLock }] = await Promise.all([
    import('../../host/index.js'),
    import('../../provision/index.js'),
    import('../../sandbox/index.js'),
    import('../../session/index.js'),
  ]);
  // No run may begin meanwhile; and the lock of a dead one goes with ours.
  const lock = RunLock.acquire(stateDir(), 'clean');
  try {
    const { cgroups, sandboxes, mounts } = await removeLeftovers(stateDir(), cgroupName());
    const { restored, failed } = new SettingsJournal(join(stateDir(), 'host-settings.json')).restore();
    if (failed.length > 0) {
      const what = failed.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
      throw new SeebenchError(
        'setting-not-restored',
        `cannot put back ${what}`,
        'put it back by hand, then clean again',
      );
    }
    const settings = restored.map(({ path }) => path);
    show(
      { sandboxes, cgroups, mounts, settings, temporary: [...(await removeStale()), ...removeScratch()] },
      options.json ?? false,
    );
  } finally {
    lock.release();
  }
}

function show(removed: Readonly<Record<string, readonly string[]>>, json: boolean): void {
  if (json) return printJson({ schemaVersion: SCHEMA_VERSION, ...removed });
  for (const [kind, items] of Object.entries(removed)) {
    process.stdout.write(
      `${kind}: ${items.length === 0 ? 'nothing left' : `${items.length} (${items.slice(0, 5).join(', ')}${items.length > 5 ? ', …' : ''})`}\n`,
    );
  }
}
