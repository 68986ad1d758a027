import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { hostname, release, totalmem } from 'node:os';
import { cpu, osInfo } from 'systeminformation';
import type { Fingerprint } from '../model/index.js';
import { cgroupMode } from './cgroup.js';
import { machineOf, readMachineFacts } from './machine.js';
import { chosen, readKernelFile } from './read.js';

const THP = '/sys/kernel/mm/transparent_hugepage';
const CPUS = '/sys/devices/system/cpu';
/** MemTotal moves by some MiB with the kernel's build and command line; hosts differ by more. */
const MEMORY_STEP = 256 * 1024 * 1024;

/**
 * Facts about this host that may be published. Each field is picked by name: what `systeminformation` gives beside them
 * holds serial numbers, addresses and the host's name. Takes about 0.1 s; to be called once, not between trials.
 */
export async function fingerprint(options: { readonly hostname: boolean }): Promise<Fingerprint> {
  const [processor, os] = await Promise.all([cpu(), osInfo()]);
  const facts: Omit<Fingerprint, 'id' | 'hostname'> = {
    cpuModel: `${processor.manufacturer} ${processor.brand}`.trim(),
    cpuVendor: processor.vendor,
    cores: processor.cores,
    arch: process.arch,
    memoryBytes: totalmem(),
    kernel: release(),
    distro: `${os.distro} ${os.release}`.trim(),
    ...machineOf(readMachineFacts()),
    cgroup: cgroupMode(),
    thp: chosen(readKernelFile(`${THP}/enabled`) ?? 'none'),
    shmemThp: chosen(readKernelFile(`${THP}/shmem_enabled`) ?? 'none'),
    governor: readKernelFile(`${CPUS}/cpu0/cpufreq/scaling_governor`),
    mitigations: mitigations(),
    rootless: process.getuid?.() !== 0,
  };
  return { id: fingerprintId(facts), ...facts, hostname: options.hostname ? hostname() : null };
}

/** Digest of the facts that decide whether absolute times can be compared; the host's name is none of them. */
export function fingerprintId(facts: Omit<Fingerprint, 'id' | 'hostname'>): string {
  const compared = { ...facts, memoryBytes: Math.round(facts.memoryBytes / MEMORY_STEP) };
  const text = JSON.stringify(Object.entries(compared).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function mitigations(): Record<string, string> {
  const dir = `${CPUS}/vulnerabilities`;
  try {
    const names = readdirSync(dir).sort();
    return Object.fromEntries(names.map((name) => [name, readKernelFile(`${dir}/${name}`) ?? 'unknown']));
  } catch {
    return {};
  }
}
