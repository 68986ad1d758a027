import type { Changes, Fingerprint, RunManifest } from '../model/index.js';
import { CHANGES_METHOD, changesCharts, changeSentences, classesTable } from './changes.js';
import { writeStudy } from './study.js';
import { oneLine } from './text.js';

/** Writes the page of what changed between two sides. @returns its path */
export async function writeChangesReport(
  changes: Changes,
  baseline: RunManifest,
  candidate: RunManifest,
  outDir: string,
): Promise<string> {
  const cases = [...new Map([...baseline.plan.cases, ...candidate.plan.cases].map((it) => [it.id, it])).values()];
  const within = baseline.id === candidate.id;
  const runs = within ? candidate.id : `${baseline.id} → ${candidate.id}`;
  const hosts = [...new Set([baseline, candidate].map(({ fingerprint }) => hostOf(fingerprint)))];
  const page = {
    id: `compare-${within ? candidate.id : `${baseline.id}-${candidate.id}`}`,
    kicker: oneLine(`seebench compare · ${runs}`, 160),
    title: `What changed from ${oneLine(changes.baseline.name, 60)} to ${oneLine(changes.candidate.name, 60)}`,
    host: hosts.join(' · '),
    findings: changeSentences(changes, cases),
    tables: changes.classes.length === 0 ? [] : [{ title: 'By class', table: classesTable(changes) }],
    notes: [
      within
        ? CHANGES_METHOD
        : 'The two runs are held against each other by their ratios to native, unless --absolute was given: their blocks are not the same, so intervals are wider than inside one run.',
      ...changes.notes.map((note) => oneLine(note, 600)),
    ],
  };
  return writeStudy(page, changesCharts(changes, cases), { ...changes }, outDir);
}

function hostOf({ cpuModel, cores, kernel, distro }: Fingerprint): string {
  return oneLine(`${cpuModel}, ${cores} CPUs, Linux ${kernel}, ${distro}`, 160);
}
