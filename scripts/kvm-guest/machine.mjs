// Boots the emulated machine: QEMU's TCG brings SVM, so the guest's kvm_amd offers a real /dev/kvm on any host.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './run.mjs';

/**
 * QEMU before 10 does not give a nested guest the XCR0 that it sets: its first AVX instruction is an invalid opcode, and gVisor's sentry
 * hangs. Without XSAVE there is no AVX to be used.
 */
function cpuModel() {
  const major = Number(/version (\d+)/.exec(must('qemu-system-x86_64', ['--version']))?.[1] ?? 0);
  return major >= 10 ? 'EPYC,+svm' : 'EPYC,+svm,-xsave';
}

/**
 * Runs one shell command in the machine and waits for its end.
 * @param {{image: string, exchange: string, disks: readonly string[], command: string, memoryMiB: number, limitMs: number}} options
 * `exchange` is a directory of this host that the guest can write (as `/exchange`); `disks` become `/checkout` and `/cache`.
 * @returns {Promise<{status: number, stdout: string, stderr: string}>} the command's end
 * @throws Error with the end of the console, when the machine failed or did not come to an end in time
 */
export async function runInGuest({ image, exchange, disks, command, memoryMiB, limitMs }) {
  writeFileSync(join(exchange, 'command'), command);
  const consoleLog = join(exchange, 'console');
  const drive = (file, mode) => ['-drive', `file=${file},if=virtio,format=raw,${mode}`];
  const args = [
    // One CPU: with two, the guest's kernel panics under multi-threaded emulation.
    ...['-accel', 'tcg', '-machine', 'q35', '-cpu', cpuModel(), '-smp', '1', '-m', String(memoryMiB)],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', `file:${consoleLog}`],
    ...['-kernel', join(image, 'kernel'), '-initrd', join(image, 'initramfs')],
    ...['-append', 'console=ttyS0 quiet panic=-1 root=/dev/vda rw init=/sbin/guest-init'],
    ...drive(join(image, 'root.img'), 'snapshot=on'),
    ...disks.flatMap((disk) => drive(disk, 'readonly=on')),
    ...['-virtfs', `local,path=${exchange},mount_tag=exchange,security_model=none`],
  ];
  const late = await qemu(args, limitMs);
  const read = (name) => (existsSync(join(exchange, name)) ? readFileSync(join(exchange, name), 'utf8') : '');
  const result = { stdout: read('stdout'), stderr: read('stderr') };
  const status = read('status').trim();
  if (status !== '') return { status: Number(status), ...result };
  const seen = `${read('console')}\n${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-40).join('\n');
  throw new Error(`${late ?? 'the machine ended without a result'}\n${seen}`);
}

/** @returns {Promise<string | null>} what went wrong with the emulator itself */
function qemu(args, limitMs) {
  return new Promise((resolve) => {
    const child = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    let late = false;
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4096)));
    const timer = setTimeout(() => ((late = true), child.kill('SIGKILL')), limitMs);
    const stop = () => child.kill('SIGKILL');
    process.once('exit', stop);
    child.on('error', (error) => (errors = error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      process.removeListener('exit', stop);
      resolve(
        late ? `no end after ${limitMs / 1000} s` : code === 0 ? null : `qemu: ${errors.trim() || `exit ${code}`}`,
      );
    });
  });
}
