import type { Fingerprint, HostState, Warning } from '../model/index.js';
import { readCgroups } from './cgroup.js';
import { haltsAtOnce } from './halt-polling.js';
import { reportsFreePages } from './page-reporting.js';
import { readKernelFile } from './read.js';

/** Controllers without which a trial's limits and its CPU and memory figures are missing. */
const NEEDED_CONTROLLERS = ['cpu', 'memory', 'pids'];

/** What disturbs a measurement on this host, before it begins: each with what to do about it. */
export function quietHostWarnings(state: HostState, fingerprint: Fingerprint): Warning[] {
  return warningsOf(state, fingerprint, {
    swapKiB: usedSwapKiB(readKernelFile('/proc/swaps') ?? ''),
    controllers: readCgroups().controllers,
    reportsFreePages: reportsFreePages(),
    haltsAtOnce: haltsAtOnce(),
  });
}

/** The same from facts alone. */
export function warningsOf(
  state: HostState,
  host: Fingerprint,
  facts: {
    readonly swapKiB: number;
    readonly controllers: readonly string[];
    readonly reportsFreePages: boolean;
    readonly haltsAtOnce: boolean;
  },
): Warning[] {
  const missing = NEEDED_CONTROLLERS.filter((name) => !facts.controllers.includes(name));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const { psi, steal, load1 } = state;
  const found: (Warning | false)[] = [
    host.emulated && {
      code: 'emulated-cpu',
      message: 'the CPU is emulated in software: times on this host are no measure of anything',
      remedy: 'use this host to test function only; measure on a real CPU',
    },
    // At the start of a run nothing of ours runs yet: half a CPU of load is somebody else's.
    load1 > Math.max(0.5, host.cores / 4) && {
      code: 'load-high',
      message: `the load average is ${load1.toFixed(2)} on ${host.cores} CPUs before the run begins`,
      remedy: 'stop other work on this host, wait a minute, and measure again',
    },
    steal !== null &&
      steal > 0.01 && {
        code: 'steal',
        message: `the hypervisor takes ${percent(steal)} of the CPU time`,
        remedy: 'use a host with dedicated CPUs; ratios inside a block suffer less than absolute times',
      },
    psi.cpu !== null && psi.cpu > 10 && pressure('cpu', psi.cpu, 'stop other work on this host'),
    psi.memory !== null && psi.memory > 1 && pressure('memory', psi.memory, 'free memory, or choose a smaller size'),
    psi.io !== null && psi.io > 20 && pressure('io', psi.io, 'stop what uses the disk, for example a backup'),
    host.governor !== null &&
      host.governor !== 'performance' && {
        code: 'governor',
        message: `the CPU frequency governor is ${host.governor}: the clock rate changes with the load`,
        remedy: 'cpupower frequency-set -g performance',
      },
    facts.swapKiB > 0 && {
      code: 'swap-used',
      message: `${Math.ceil(facts.swapKiB / 1024)} MiB of swap are in use: page faults may go to a disk`,
      remedy: 'free memory, then swapoff -a && swapon -a',
    },
    facts.reportsFreePages && {
      code: 'free-page-reporting',
      message:
        'this virtual machine gives free memory back to its hypervisor: who takes it again waits for it, natively and in gVisor unlike',
      remedy: 'add --allow-host-settings: free memory is kept for the time of the run (docs/method.md)',
    },
    facts.haltsAtOnce && {
      code: 'idle-halts',
      message:
        'idle CPUs of this virtual machine halt at once, and the hypervisor has to start them for each wake-up, of which gVisor makes more than native',
      remedy:
        'measure gvisor-systrap-tuned-host as well, with --allow-host-settings: there they poll for a while (docs/method.md)',
    },
    missing.length > 0 && {
      code: 'cgroup-controllers',
      message: `cgroup controllers that cannot be used here: ${missing.join(', ')}; limits or figures of CPU time and memory are missing`,
      remedy: 'run as root, or have these controllers delegated to this user',
    },
  ];
  return found.filter((warning) => warning !== false);
}

function pressure(what: 'cpu' | 'memory' | 'io', avg10: number, remedy: string): Warning {
  return { code: `${what}-pressure`, message: `tasks waited for ${what} in ${avg10} % of the last 10 s`, remedy };
}

/** Column `Used` of `/proc/swaps`, over all areas. */
export function usedSwapKiB(swaps: string): number {
  const areas = swaps.split('\n').slice(1).filter(Boolean);
  return areas.reduce((sum, line) => sum + Number(line.split(/\s+/)[3] ?? 0), 0);
}
