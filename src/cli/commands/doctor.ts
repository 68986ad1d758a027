import Table from 'cli-table3';
import pc from 'picocolors';
import type { Command } from 'commander';
import { DEFAULT_ENVIRONMENTS, environmentNamed } from '../../config/index.js';
import { EXIT, LAYERS, oneLine, SCHEMA_VERSION, type EnvironmentRecord, type Fingerprint } from '../../model/index.js';
import { interruption } from '../interrupt.js';
import { addCommonOptions, list, loadCatalogue, type CommonOptions } from '../options.js';
import { cgroupName, isRoot, stateDir } from '../places.js';
import { pasteable } from '../invocation.js';
import { printJson, warningText } from '../print.js';

interface DoctorOptions extends CommonOptions {
  readonly env?: string[];
}

export function addDoctor(program: Command): Command {
  const command = program
    .command('doctor')
    .description('launch every environment for real and say what this host can run, and why not')
    .option('--env <ids>', 'only these environments, comma-separated', list);
  return addCommonOptions(command).addHelpText('after', '\nExample:\n  seebench doctor --json\n').action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { profiles, config, runtime } = loadCatalogue(options);
  const own = config.environments.map(({ id }) => id);
  const specs = (options.env ?? [...DEFAULT_ENVIRONMENTS, ...own]).map((id) =>
    environmentNamed(id, profiles, config.environments),
  );
  const [{ cacheDir, presentLayer }, { fingerprint }, { openWorkshop, probeAll }, { RunLock }, { removeLeftovers }] =
    await Promise.all([
      import('../../provision/index.js'),
      import('../../host/index.js'),
      import('../wire.js'),
      import('../../session/index.js'),
      import('../../sandbox/index.js'),
    ]);
  const host = await fingerprint({ hostname: false });
  const lock = RunLock.acquire(stateDir(), 'doctor');
  let environments: EnvironmentRecord[];
  try {
    const workshop = await openWorkshop(specs, [], runtime, interruption.signal);
    environments = await probeAll(workshop, { emulated: host.emulated, signal: interruption.signal });
    interruption.signal.throwIfAborted();
  } finally {
    await removeLeftovers(stateDir(), cgroupName());
    lock.release();
  }
  const layers = LAYERS.map((id) => ({ id, digest: presentLayer(id, cacheDir())?.facts.digest ?? null }));
  if (options.json) printJson({ schemaVersion: SCHEMA_VERSION, environments: environments.map(row), host, layers });
  else await show(environments, host, layers);
  const available = environments.filter(({ probe }) => probe.status === 'available');
  const enough = available.some(({ id }) => id === 'native') && available.some((it) => it.runtime === 'runsc');
  process.exitCode = enough ? EXIT.done : EXIT.userAction;
}

function row({ id, runtime, platform, profile, version, probe }: EnvironmentRecord): Record<string, unknown> {
  return {
    id,
    runtime,
    platform,
    profile: profile.id,
    version,
    status: probe.status,
    reason: probe.status === 'unavailable' ? probe.reason : null,
    launchMs: probe.launchMs,
    inside: probe.status === 'available' ? probe.inside : null,
  };
}

async function show(
  environments: readonly EnvironmentRecord[],
  host: Fingerprint,
  layers: readonly { readonly id: string; readonly digest: string | null }[],
): Promise<void> {
  const { observeHost, quietHostWarnings, rootlessFacts } = await import('../../host/index.js');
  const table = new Table({
    head: ['environment', 'status', 'launch', 'what the guest sees'],
    style: { head: [], border: [] },
    colWidths: [24, null, null, null] as (number | null)[],
  });
  for (const { id, probe } of environments) {
    if (probe.status === 'available') {
      const { kernelRelease, cpus, memTotalBytes, platform } = probe.inside;
      table.push([
        id,
        pc.green('available'),
        `${Math.round(probe.launchMs)} ms`,
        `kernel ${oneLine(kernelRelease, 40)}, ${cpus} CPUs, ${Math.round(memTotalBytes / 2 ** 20)} MiB${platform ? `, ${platform} verified` : ''}`,
      ]);
    } else {
      table.push([id, pc.red('unavailable'), '', oneLine(probe.reason, 120)]);
    }
  }
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `host: ${host.cpuModel}, ${host.cores} cores, ${Math.round(host.memoryBytes / 2 ** 30)} GiB, Linux ${host.kernel}, cgroup ${host.cgroup}\n`,
  );
  for (const { id, probe } of environments) {
    if (probe.status === 'unavailable') process.stdout.write(`${id}: unavailable: ${oneLine(probe.reason)}\n`);
  }
  const made = layers.map(({ id, digest }) => `${id} ${digest === null ? 'not made' : 'made'}`);
  process.stdout.write(`layers for other languages, made when a workload asks: ${made.join(', ')}\n`);
  if (host.emulated) process.stdout.write('This CPU is emulated: times measured here are no measure of anything.\n');
  for (const warning of quietHostWarnings(await observeHost(), host))
    process.stdout.write(`${pasteable(warningText(warning))}\n`);
  if (!isRoot) for (const fact of rootlessFacts()) process.stdout.write(`without root: ${fact}\n`);
}
