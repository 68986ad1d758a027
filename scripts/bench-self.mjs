// npm run bench:self: what the harness itself costs, each figure beside its goal. Ratios are taken within one run, interleaved.
// A doctor with a runtime that hangs and a report of a million samples are measured here as well; the figures of whole runs
// (time outside trials, time of the suite) come from the newest run in results/.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentNamed, loadProfiles } from '../dist/config/index.js';
import { cgroupName, PROFILES_DIR } from '../dist/cli/places.js';
import { openWorkshop } from '../dist/cli/wire.js';
import { launch } from '../dist/process/index.js';
import { TrialCgroup } from '../dist/sandbox/index.js';
import { median } from '../dist/stats/index.js';

const LAUNCHES = 120;
const work = mkdtempSync(join(tmpdir(), 'seebench-self-'));
const rows = [];
const ms = (ns) => (ns / 1e6).toFixed(2);

try {
  await startupAgainstHyperfine();
  doctorWithHang();
  reportOfAMillion();
  newestRun();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.table(rows);
process.exitCode = rows.some((row) => row.reached === 'no') ? 1 : 0;

/** Medians of `/bin/true`: our launches and hyperfine's of the same bundle in turn, round by round. */
async function startupAgainstHyperfine() {
  if (spawnSync('hyperfine', ['--version']).error)
    execFileSync('apt-get', ['install', '-y', '-q', 'hyperfine'], { stdio: 'ignore' });
  const profiles = loadProfiles([PROFILES_DIR]);
  const specs = ['native', 'gvisor-systrap'].map((id) => environmentNamed(id, profiles, []));
  const workshop = await openWorkshop(specs, [], {});
  for (const driver of workshop.drivers.values()) {
    const guest = {
      command: ['/bin/true'],
      caseId: 'self',
      params: {},
      rootfs: workshop.rootfs,
      mounts: [],
      memoryBytes: 2 ** 30,
      pids: 512,
    };
    const ours = [];
    const theirs = [];
    for (let i = 0; i < LAUNCHES; i++) {
      for (const measure of i % 2 === 0 ? [weMeasure, hyperfineMeasures] : [hyperfineMeasures, weMeasure])
        await measure(i);
    }
    const spawn = (await calibration(workshop)) / 1e6;
    const apart = median(ours) / median(theirs) - 1;
    add(
      `startup on ${driver.environment.runtime}: median against hyperfine's, ${ours.length} launches each`,
      `${ms(median(ours))} ms against ${ms(median(theirs))} ms (empty program through the launcher: ${spawn.toFixed(2)} ms)`,
      `${(apart * 100).toFixed(1)} % apart`,
      '3 %',
      Math.abs(apart) <= 0.03,
    );

    async function weMeasure(i) {
      const id = `self-${process.pid}-${i}`;
      const cgroup = TrialCgroup.create(cgroupName(), id);
      const { report } = await driver.launch({ id, guest, cgroup, deadlineMs: 20_000 });
      cgroup?.remove();
      if (report.status !== 0) throw new Error(`a launch on ${driver.environment.id} failed`);
      ours.push(Number(report.exitMonoNs - report.spawnMonoNs));
    }
    // One run a time, in a cgroup as fresh and with the same descriptors as a trial's, so that it times the same thing.
    async function hyperfineMeasures(i) {
      const id = `self-h-${process.pid}-${i}`;
      const cgroup = TrialCgroup.create(cgroupName(), id);
      const command = driver.prepare({ id, guest, cgroup, deadlineMs: 20_000 });
      const out = join(work, 'hyperfine.json');
      const { report, stderr } = await launch(
        ['hyperfine', '-N', '--runs', '1', '--export-json', out, command.join(' ')],
        {
          launcher: workshop.home.launcher,
          join: cgroup?.procsFiles ?? [],
          scratchDir: work,
          deadlineMs: 120_000,
        },
      );
      cgroup?.remove();
      await driver.remove(id);
      if (report.status !== 0)
        throw new Error(`hyperfine on ${driver.environment.id}: ${stderr.trim() || `wait status ${report.status}`}`);
      theirs.push(JSON.parse(readFileSync(out, 'utf8')).results[0].times[0] * 1e9);
    }
  }
}

async function calibration({ home }) {
  const { calibrate } = await import('../dist/measure/index.js');
  return median((await calibrate(home.launcher, home.stateDir)).spawnNs);
}

/** `doctor` with a KVM that never comes up, as on hosts whose /dev/kvm opens and never runs a guest. */
function doctorWithHang() {
  const hang = join(work, 'runsc');
  writeFileSync(hang, '#!/bin/sh\ncase "$*" in *--version*) echo runsc version hangs; exit;; esac\nexec sleep 1000\n', {
    mode: 0o755,
  });
  const config = join(work, 'config.yaml');
  writeFileSync(config, `environments:\n  - {id: hanging-kvm, runtime: runsc, platform: kvm, binary: ${hang}}\n`);
  const startedAt = performance.now();
  const run = spawnSync(
    process.execPath,
    [
      'dist/cli/main.js',
      'doctor',
      '--json',
      '--config',
      config,
      '--env',
      'native,gvisor-systrap,gvisor-systrap-tuned,gvisor-ptrace,hanging-kvm',
    ],
    { encoding: 'utf8' },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const hanging = JSON.parse(run.stdout).environments.find(({ id }) => id === 'hanging-kvm');
  add('doctor with KVM hanging', hanging.reason, `${seconds.toFixed(1)} s`, '15 s', seconds <= 15 && run.status === 0);
}

function reportOfAMillion() {
  const from = existsSync('results/latest/run.json') ? 'results/latest' : 'results/example';
  const script = (...args) =>
    spawnSync(process.execPath, ['scripts/report-million.mjs', ...args], { encoding: 'utf8' });
  const made = script('make', from, join(work, 'million'));
  const of = (step, name, what, goal, { mostSeconds, mostMb }) => {
    const run = made.status === 0 ? script(step, join(work, 'million'), work) : made;
    if (run.status !== 0) return add(`${name} 1,000,000 samples`, run.stderr.trim().slice(-300), 'failed', goal, false);
    const { seconds, peakMb, samples } = JSON.parse(run.stdout);
    const reached = seconds <= mostSeconds && peakMb <= mostMb;
    add(`${name} ${samples} samples`, what, `${seconds.toFixed(1)} s, ${peakMb} MB`, goal, reached);
  };
  of('report', 'report from', 'read, summarise, draw, write', '5 s, 500 MB', { mostSeconds: 5, mostMb: 500 });
  of('verdict', 'statistics and verdict of', 'read, summarise, judge', '3 s', { mostSeconds: 3, mostMb: Infinity });
}

function newestRun() {
  if (!existsSync('results/latest/run.json')) return;
  const { id, timing, plan } = JSON.parse(readFileSync('results/latest/run.json', 'utf8'));
  const outside = 1 - timing.inTrialsMs / timing.measuringMs;
  add(
    `time not inside trials, run ${id}`,
    `${(timing.measuringMs / 60_000).toFixed(1)} min measured (${plan.suite})`,
    `${(outside * 100).toFixed(1)} %`,
    '10 %',
    outside <= 0.1,
  );
}

function add(what, detail, measured, goal, reached) {
  rows.push({ what, detail, measured, goal, reached: reached ? 'yes' : 'no' });
}
