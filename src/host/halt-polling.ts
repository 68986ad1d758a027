import { readKernelFile } from './read.js';

const DRIVER = '/sys/devices/system/cpu/cpuidle/current_driver';
/** For how long at most an idle CPU of a virtual machine looks for work before it halts, ns (drivers/cpuidle/governors/haltpoll.c). */
export const HALT_POLL = '/sys/module/haltpoll/parameters/guest_halt_poll_ns';

/**
 * Whether idle CPUs of this virtual machine halt at once though its kernel could poll. A halted CPU has to be started by the hypervisor: whoever is woken
 * on it waits for that, tens of microseconds each time, and gVisor, whose guest and kernel wake each other, waits far more often than native.
 */
export function haltsAtOnce(): boolean {
  return readKernelFile(DRIVER) === 'haltpoll' && readKernelFile(HALT_POLL) === '0';
}
