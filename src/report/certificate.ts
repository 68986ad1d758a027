import type { Certificate, Fingerprint } from '../model/index.js';
import { certificateCharts } from './charts/certificate.js';
import { writeStudy } from './study.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Writes the page of a certificate. @returns its path */
export async function writeCertificateReport(
  certificate: Certificate,
  host: Fingerprint,
  outDir: string,
): Promise<string> {
  const { falsePositiveRate: rate, falsePositives, policy } = certificate;
  const page = {
    id: certificate.run,
    kicker: `seebench certify · ${certificate.run}`,
    title: 'How far this gate can be trusted, on this host',
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`,
    findings: [
      certificate.sentence,
      `False alarms: ${percent(rate.value)} of ${rate.comparisons.toLocaleString('en-US')} comparisons of identical environments (95 %: ${percent(rate.low)} to ${percent(rate.high)}), drawn from ${rate.independentTrials.toLocaleString('en-US')} independent trials.`,
    ],
    tables: [
      {
        title: 'False alarms by case',
        table: {
          columns: ['case', 'environment', 'blocks in the pool', 'called different', '95 % interval'],
          rows: falsePositives.map((it) => [
            it.case,
            it.environment,
            String(it.blocks),
            percent(it.value),
            `${percent(it.low)} – ${percent(it.high)}`,
          ]),
        },
      },
    ],
    notes: [
      `Gates are imagined: for each case blocks are drawn from the pool’s real trials, and all cases of an environment are one family. The policy: confidence ${percent(policy.confidence)}, smallest effect ${percent(policy.smallestEffect)}, ${policy.control}.`,
      'Identical pairs are an environment and its twin, launched in the same blocks in random order. Slowdowns are work that was added inside the sandbox, in units calibrated by a pilot; what they came to is measured and stands beside what was asked.',
      'Rates are of this host, these cases and these numbers of blocks. Trials are used in many draws; intervals come from drawing the pool’s blocks anew, and are never narrower than those of the draws alone.',
    ],
  };
  return writeStudy(page, certificateCharts(certificate), { ...certificate }, outDir);
}
