import type { Fingerprint, Warning } from '../model/index.js';
import { readCgroups } from './cgroup.js';
import { haltsAtOnce } from './halt-polling.js';
import { reportsFreePages } from './page-reporting.js';
import { readKernelFile } from './read.js';
import type { Observed } from './state.js';

/** Controllers without which a trial's limits and its CPU and memory figures are missing. */
const NEEDED_CONTROLLERS = ['cpu', 'memory', 'pids'];

/** More CPUs than this at others' work, and times are not to be trusted. A quiet host shows up to a tenth, in which ours is counted, too. */
const BUSY_CPUS = 0.25;

/**
 * What disturbed a measurement while it ran.
 * @param busyCpus that others kept busy during the trials
 */
export function othersAtWork(busyCpus: number | null, { cores }: Fingerprint): Warning[] {
  if (busyCpus === null || busyCpus <= BUSY_CPUS) return [];
  return [
    {
      code: 'others-busy',
      message: `other programs kept ${busyCpus.toFixed(2)} of ${cores} CPUs busy while trials ran`,
      remedy: 'measure again on a quiet host; what stands in one block was not disturbed alike',
    },
  ];
}

/** What disturbs a measurement on this host, before it begins: each with what to do about it. */
export function quietHostWarnings(observed: Observed, fingerprint: Fingerprint): Warning[] {
  return warningsOf(observed, fingerprint, {
    swapKiB: usedSwapKiB(readKernelFile('/proc/swaps') ?? ''),
    controllers: readCgroups().controllers,
    reportsFreePages: reportsFreePages(),
    haltsAtOnce: haltsAtOnce(),
  });
}

/** The same from facts alone. */
export function warningsOf(
  { busyCpus, steal, memoryPressure, ioPressure }: Observed,
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
  const found: (Warning | false)[] = [
    host.emulated && {
      code: 'emulated-cpu',
      message: 'the CPU is emulated in software: times on this host are no measure of anything',
      remedy: 'use this host to test function only; measure on a real CPU',
    },
    busyCpus !== null &&
      busyCpus > BUSY_CPUS && {
        code: 'load-high',
        message: `other programs keep ${busyCpus.toFixed(2)} of ${host.cores} CPUs busy before the run begins`,
        remedy: 'stop other work on this host, and measure again',
      },
    steal !== null &&
      steal > 0.01 && {
        code: 'steal',
        message: `the hypervisor takes ${percent(steal)} of the CPU time`,
        remedy: 'use a host with dedicated CPUs; ratios inside a block suffer less than absolute times',
      },
    memoryPressure !== null &&
      memoryPressure > 1 &&
      pressure('memory', memoryPressure, 'free memory, or choose a smaller size'),
    ioPressure !== null &&
      ioPressure > 20 &&
      pressure('io', ioPressure, 'stop what uses the disk, for example a backup'),
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
        'this virtual machine gives free memory back to its hypervisor, and a program that needs it again waits; native programs often wait longer than the same ones in gVisor, which then look too fast',
      remedy:
        'measure with `seebench run … --allow-host-settings`, the rest as it was: free memory is kept for the time of the run (docs/method.md)',
    },
    facts.haltsAtOnce && {
      code: 'idle-halts',
      message:
        'idle CPUs of this virtual machine halt at once, and the hypervisor has to start them for each wake-up, of which gVisor makes more than native',
      remedy:
        'measure with `seebench run … --allow-host-settings` and `gvisor-systrap-tuned-host` among `--env`: there they poll for a while (docs/method.md)',
    },
    missing.length > 0 && {
      code: 'cgroup-controllers',
      message: `cgroup controllers that cannot be used here: ${missing.join(', ')}; limits or figures of CPU time and memory are missing`,
      remedy: 'run as root, or have these controllers delegated to this user',
    },
  ];
  return found.filter((warning) => warning !== false);
}

function pressure(what: 'memory' | 'io', share: number, remedy: string): Warning {
  return {
    code: `${what}-pressure`,
    message: `tasks waited for ${what} in ${share.toFixed(0)} % of half a second`,
    remedy,
  };
}

/** Column `Used` of `/proc/swaps`, over all areas. */
export function usedSwapKiB(swaps: string): number {
  const areas = swaps.split('\n').slice(1).filter(Boolean);
  return areas.reduce((sum, line) => sum + Number(line.split(/\s+/)[3] ?? 0), 0);
}
