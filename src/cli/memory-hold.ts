import { readHostMemory, withoutReporting, type SettingsJournal } from '../host/index.js';
import { SeebenchError } from '../model/index.js';
import { exec } from '../process/index.js';
import { interruption } from './interrupt.js';
import { say } from './print.js';

/** More than the sandboxes of a block ever hold at once; what is freed last is taken first. */
const MOST_GIB = 4;
const DEADLINE_MS = 300_000;
/** Takes its argument in GiB, and writes to every page. */
const TOUCH = `
const held = [];
for (let i = 0; i < Number(process.argv[1]); i++) {
  const piece = Buffer.allocUnsafe(2 ** 30);
  for (let at = 0; at < piece.length; at += 4096) piece[at] = 1;
  held.push(piece);
}`;

/**
 * Lets a virtual machine keep its free memory for the time of a run, and has the hypervisor back what the run will take: nothing where none is given back.
 * A kernel that refuses is told of, and measured as it is.
 */
export async function holdMemory(journal: SettingsJournal): Promise<void> {
  const settings = withoutReporting();
  if (settings.length === 0) return;
  try {
    journal.apply(settings);
  } catch (error) {
    if (!(error instanceof SeebenchError && error.code === 'setting-refused')) throw error;
    say(`free memory goes back to the hypervisor as before: ${error.message}`);
    return;
  }
  const gib = Math.min(MOST_GIB, Math.floor(readHostMemory().availableBytes / 2 ** 31));
  say(`free memory stays with this machine until the run ends; touching ${gib} GiB of it`);
  await exec(process.execPath, ['-e', TOUCH, String(gib)], { deadlineMs: DEADLINE_MS, signal: interruption.signal });
}
