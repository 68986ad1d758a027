import { describe, expect, it } from 'vitest';
import { machineOf, type MachineFacts } from '../../src/host/machine.js';

/** Lines of /proc/cpuinfo as the machines named printed them, shortened. */
const CPUINFO = {
  firecracker: 'model name\t: Intel(R) Xeon(R) Processor\nflags\t\t: fpu vme de pse tsc msr hypervisor lahf_lm abm\n',
  qemuEpyc:
    'model name\t: AMD EPYC Processor\nflags\t\t: fpu de pse tsc msr rdrand hypervisor lahf_lm svm cr8_legacy\n',
  qemuMax: 'model name\t: QEMU TCG CPU version 2.5+\nflags\t\t: fpu de pse tsc msr rdrand hypervisor\n',
  laptop: 'model name\t: AMD Ryzen 7 5800X 8-Core Processor\nflags\t\t: fpu vme de pse tsc msr svm\n',
  graviton:
    'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n',
  qemuArm:
    'processor\t: 0\nBogoMIPS\t: 125.00\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x00\nCPU part\t: 0x051\n',
};
const Q35 = 'QEMU Standard PC (Q35 + ICH9, 2009)';

function facts(of: Partial<MachineFacts>): MachineFacts {
  return { cpuinfo: '', product: '', hypervisor: '', clocksources: '', signature: '', ...of };
}

describe('what kind of machine this is', () => {
  it('takes QEMU without a kvm-clock for emulated, whatever CPU it shows', () => {
    const tcg = facts({ cpuinfo: CPUINFO.qemuEpyc, product: Q35, clocksources: 'tsc hpet acpi_pm' });
    expect(machineOf(tcg)).toEqual({ virtualization: 'qemu', emulated: true });
    expect(machineOf(facts({ cpuinfo: CPUINFO.qemuMax }))).toEqual({ virtualization: 'qemu', emulated: true });
    expect(machineOf(facts({ cpuinfo: CPUINFO.qemuArm }))).toEqual({ virtualization: 'qemu', emulated: true });
  });

  it('knows the same QEMU machine on KVM by its clock, and Firecracker, which has no DMI', () => {
    const kvm = facts({ cpuinfo: CPUINFO.qemuEpyc, product: Q35, clocksources: 'kvm-clock tsc acpi_pm' });
    expect(machineOf(kvm)).toEqual({ virtualization: 'kvm', emulated: false });
    const firecracker = facts({ cpuinfo: CPUINFO.firecracker, clocksources: 'tsc kvm-clock' });
    expect(machineOf(firecracker)).toEqual({ virtualization: 'kvm', emulated: false });
  });

  it('believes the CPUID signature before everything else', () => {
    const leaf = facts({ cpuinfo: CPUINFO.qemuEpyc, product: Q35, clocksources: 'tsc hpet', signature: 'KVMKVMKVM' });
    expect(machineOf(leaf)).toEqual({ virtualization: 'kvm', emulated: false });
    expect(machineOf(facts({ signature: 'TCGTCGTCGTCG' }))).toEqual({ virtualization: 'qemu', emulated: true });
  });

  it.each([
    ['bare metal', facts({ cpuinfo: CPUINFO.laptop, product: 'ASUS System Product Name' }), 'none'],
    ['a cloud’s ARM machine', facts({ cpuinfo: CPUINFO.graviton, product: 'Amazon EC2 m6g.large' }), 'kvm'],
    ['a cloud’s bare metal', facts({ cpuinfo: CPUINFO.graviton, product: 'Amazon EC2 m6g.metal' }), 'none'],
    ['Hyper-V', facts({ cpuinfo: CPUINFO.firecracker, product: 'Microsoft Corporation Virtual Machine' }), 'microsoft'],
    ['Xen', facts({ cpuinfo: CPUINFO.firecracker, hypervisor: 'xen', clocksources: 'xen tsc' }), 'xen'],
    ['a hypervisor that says nothing', facts({ cpuinfo: CPUINFO.firecracker }), 'unknown'],
  ])('knows %s', (_name, of, virtualization) => {
    expect(machineOf(of)).toEqual({ virtualization, emulated: false });
  });
});
