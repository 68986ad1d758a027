import { closeSync, openSync, readSync } from 'node:fs';
import { readKernelFile } from './read.js';

/** What the kernel tells about the machine below it. Empty where it does not. */
export interface MachineFacts {
  /** Text of `/proc/cpuinfo`. */
  readonly cpuinfo: string;
  /** DMI vendor and product, e.g. `QEMU Standard PC (Q35 + ICH9, 2009)`; on ARM without DMI the device tree's model. */
  readonly product: string;
  /** `/sys/hypervisor/type`, e.g. `xen`. */
  readonly hypervisor: string;
  /** Clock sources that the kernel can use. */
  readonly clocksources: string;
  /** Twelve letters of CPUID leaf 0x40000000, where the `cpuid` device is there. */
  readonly signature: string;
}

export interface Machine {
  /** `none`, or what runs the machine: `kvm`, `qemu` (emulation), `microsoft`, …; `unknown` when it only says that it is virtual. */
  readonly virtualization: string;
  /** The CPU's instructions are translated by software: times are no measure of anything. */
  readonly emulated: boolean;
}

/** By CPUID leaf 0x40000000: https://docs.kernel.org/virt/kvm/x86/cpuid.html, and QEMU's `target/i386/cpu.c`. */
const SIGNATURES: Readonly<Record<string, string>> = {
  KVMKVMKVM: 'kvm',
  TCGTCGTCGTCG: 'qemu',
  'Microsoft Hv': 'microsoft',
  VMwareVMware: 'vmware',
  XenVMMXenVMM: 'xen',
  VBoxVBoxVBox: 'oracle',
  'bhyve bhyve ': 'bhyve',
};

/** By vendor and product of DMI. Clouds whose machines are KVM say so by its clock too. */
const PRODUCTS: readonly (readonly [RegExp, string])[] = [
  [/VMware/, 'vmware'],
  [/Microsoft Corporation Virtual Machine/, 'microsoft'],
  [/innotek|VirtualBox/, 'oracle'],
  [/^Xen/, 'xen'],
  [/Parallels/, 'parallels'],
  [/Apple Virtualization/, 'apple'],
  [/Amazon EC2(?!.*\.metal)|Google Compute Engine|OpenStack|KVM|QEMU|linux,dummy-virt/, 'kvm'],
];

/**
 * What kind of machine this is. QEMU's emulation can show the name of a real CPU (`-cpu EPYC`), so the name alone says nothing: on x86, KVM gives every
 * Linux guest its `kvm-clock`, and a QEMU machine without one is emulated; on ARM, QEMU's own CPU has implementer 0, which no maker has.
 * (QEMU on macOS' or Windows' hypervisor has no `kvm-clock` either, and is taken for emulated.)
 */
export function machineOf(facts: MachineFacts): Machine {
  const bySignature = SIGNATURES[facts.signature];
  if (bySignature !== undefined) return { virtualization: bySignature, emulated: bySignature === 'qemu' };
  const x86 = /^flags\s*:/m.test(facts.cpuinfo);
  const kvmClock = /\bkvm-clock\b/.test(facts.clocksources);
  const emulated =
    /QEMU TCG CPU/.test(facts.cpuinfo) ||
    (x86 ? /QEMU/.test(facts.product) && !kvmClock : /^CPU implementer\s*:\s*0x00$/m.test(facts.cpuinfo));
  if (emulated) return { virtualization: 'qemu', emulated };
  if (kvmClock) return { virtualization: 'kvm', emulated };
  if (facts.hypervisor !== '') return { virtualization: facts.hypervisor, emulated };
  const byProduct = PRODUCTS.find(([pattern]) => pattern.test(facts.product))?.[1];
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(facts.cpuinfo) ? 'unknown' : 'none';
  return { virtualization: byProduct ?? virtual, emulated };
}

/** The facts of this host. */
export function readMachineFacts(): MachineFacts {
  const text = (path: string): string => readKernelFile(path) ?? '';
  const dmi = `${text('/sys/class/dmi/id/sys_vendor')} ${text('/sys/class/dmi/id/product_name')}`.trim();
  return {
    cpuinfo: text('/proc/cpuinfo'),
    product: dmi === '' ? text('/proc/device-tree/compatible').replaceAll('\0', ' ').trim() : dmi,
    hypervisor: text('/sys/hypervisor/type'),
    clocksources: text('/sys/devices/system/clocksource/clocksource0/available_clocksource'),
    signature: cpuidSignature(),
  };
}

/** The device is there when the `cpuid` module is loaded and this user may read it; nothing is loaded for it. */
function cpuidSignature(): string {
  let fd: number | undefined;
  try {
    fd = openSync('/dev/cpu/0/cpuid', 'r');
    const registers = Buffer.alloc(16);
    readSync(fd, registers, 0, 16, 0x40000000);
    return registers.subarray(4).toString('latin1').replaceAll('\0', '');
  } catch {
    return '';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
