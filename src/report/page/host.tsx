import { duration, quantity } from '../format.js';
import { hostChanges } from '../host-changes.js';
import { utc } from '../lines.js';
import { median } from '../../stats/index.js';
import { block, counted, oneLine } from '../text.js';
import type { ReportView } from '../view.js';
import { Table } from './figure.js';
import { Section } from './page.js';

/** The host as it was fingerprinted, what disturbed it, and what the harness itself costs. */
export function Host({ view }: { view: ReportView }) {
  const { fingerprint: host, calibration, timing, warnings } = view.run.manifest;
  const clockError = median(view.run.trials.flatMap((trial) => trial.clockErrorNs ?? []));
  const outside = timing.measuringMs > 0 ? 1 - timing.inTrialsMs / timing.measuringMs : null;
  const facts: (readonly [string, string | null])[] = [
    ['CPU', `${host.cpuModel}, ${counted(host.cores, 'core')}, ${host.arch}${host.emulated ? ', emulated' : ''}`],
    ['memory', quantity(host.memoryBytes, 'bytes')],
    ['kernel', `Linux ${host.kernel}, ${host.distro}`],
    ['virtualisation', host.virtualization],
    ['cgroups', host.cgroup],
    ['huge pages', `${host.thp}; for shared memory ${host.shmemThp}`],
    ['governor', host.governor],
    ['privileges', host.rootless ? 'without root' : 'root'],
    ['host name', host.hostname],
    ['fingerprint', host.id],
    [
      'spawn of the harness',
      calibration &&
        `${quantity(median(calibration.spawnNs), 'ns')}, median of ${calibration.spawnNs.length}; part of every time since spawn`,
    ],
    [
      'reading the clock',
      calibration && `${quantity(median(calibration.clockNs), 'ns')}, median of ${calibration.clockNs.length}`,
    ],
    [
      'error of guest marks',
      clockError === null ? null : `at most ${quantity(clockError, 'ns')}, median of the trials`,
    ],
    [
      'time outside trials',
      outside === null ? null : `${(outside * 100).toFixed(1)} % of ${duration(timing.measuringMs)}`,
    ],
  ];
  const changes = hostChanges(view.run.watch);
  return (
    <Section id="s-host" title="The host">
      <dl>
        {facts.map(
          ([name, fact]) =>
            fact !== null && (
              <div>
                <dt>{name}</dt>
                <dd>{oneLine(fact, 160)}</dd>
              </div>
            ),
        )}
      </dl>
      {Object.keys(host.mitigations).length > 0 && (
        <details>
          <summary>mitigations of the CPU</summary>
          <Table
            table={{
              columns: ['vulnerability', 'state'],
              rows: Object.entries(host.mitigations).map(([name, state]) => [oneLine(name), oneLine(state, 160)]),
            }}
          />
        </details>
      )}
      {warnings.length + changes.length === 0 && <p>No disturbance of the host was noticed.</p>}
      {warnings.length + changes.length > 0 && (
        <>
          <h3>Warnings</h3>
          <ul class="warnings">
            {warnings.slice(0, 40).map(({ message, remedy }) => (
              <li>
                {withCode(oneLine(message, 300))} <span class="quiet">{withCode(oneLine(remedy, 300))}</span>
              </li>
            ))}
            {changes.map((change) => (
              <li>{change}</li>
            ))}
            {warnings.length > 40 && (
              <li>
                {counted(warnings.length - 40, 'further warning')} in <code>run.json</code>
              </li>
            )}
          </ul>
        </>
      )}
    </Section>
  );
}

/** A text in which backquotes stand around what is typed. */
function withCode(text: string) {
  return text.split('`').map((part, i) => (i % 2 === 0 ? part : <code>{part}</code>));
}

/** The command, versions, settings and digests that make the same run again. */
export function Reproduce({ view, generatedAt }: { view: ReportView; generatedAt: Date }) {
  const { command, plan, seebenchVersion, environments, digests } = view.run.manifest;
  return (
    <Section id="s-reproduce" title="How to reproduce">
      <pre tabIndex={0}>{block(command, 2000)}</pre>
      <p>
        Seed {plan.seed}, seebench {oneLine(seebenchVersion, 40)}, page made {utc(generatedAt.getTime())} from stored
        results alone.
      </p>
      <Table
        table={{
          columns: ['environment', 'runtime', 'version', 'profile', 'settings'],
          rows: environments.map(({ id, runtime, version, profile }) => [
            oneLine(id, 60),
            runtime,
            oneLine(version ?? 'not known', 60),
            oneLine(profile.id, 40),
            [
              ...profile.runscFlags.map(({ name, value }) => `--${name}=${value}`),
              ...[...profile.annotations, ...profile.guestEnv, ...profile.hostSettings].map(
                ({ name, value }) => `${name}=${value}`,
              ),
            ]
              .map((setting) => oneLine(setting, 120))
              .join(' ') || 'none',
          ]),
        }}
      />
      <details>
        <summary>digests</summary>
        <Table
          table={{
            columns: ['what', 'digest'],
            rows: Object.entries(digests).map(([name, digest]) => [oneLine(name, 80), oneLine(digest, 90)]),
          }}
        />
      </details>
    </Section>
  );
}
