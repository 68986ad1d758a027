import type { HistorySeries } from '../study/index.js';
import { historyChart } from './charts/history.js';
import { ratio } from './format.js';
import { writeStudy } from './study.js';
import { counted, oneLine } from './text.js';

/** One sentence for each change, the largest first. */
export function historySentences(series: readonly HistorySeries[]): string[] {
  return series
    .flatMap((one) => one.changes.map((change) => ({ one, change, size: Math.abs(Math.log(change.to / change.from)) })))
    .toSorted((a, b) => b.size - a.size)
    .map(({ one, change }) => {
      const percent = 100 * (change.to / change.from - 1);
      const why = change.with.length === 0 ? '' : ` (with it changed: ${oneLine(change.with.join('; '), 400)})`;
      return `${oneLine(one.case)} in ${oneLine(one.environment)}: ${ratio(change.from)} → ${ratio(change.to)} of native (${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(0)} %) between ${oneLine(change.before)} and ${oneLine(change.after)}${why}`;
    });
}

/** Writes the page of a history. @returns its path */
export async function writeHistory(
  series: readonly HistorySeries[],
  skipped: readonly string[],
  outDir: string,
): Promise<string> {
  const groups = new Map<string, HistorySeries[]>();
  for (const one of series) {
    const key = `${one.fingerprint}\n${one.environment}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const runs = new Set(series.flatMap(({ points }) => points.map(({ run }) => run)));
  const hosts = [...new Set(series.map(({ host }) => host))];
  const sentences = historySentences(series);
  const page = {
    id: 'history',
    kicker: `seebench history · ${counted(runs.size, 'run')}`,
    title: 'How the cost moved',
    host: hosts.join(' · '),
    findings: sentences.length > 0 ? sentences : [`Nothing changed over ${counted(runs.size, 'run')}.`],
    tables: [],
    notes: [
      'Ratios to native are compared, never absolute times; runs of different hosts are charts of their own.',
      'A change point is a place where the distribution of the ratios before and after differs more than a shuffled series would show in one of a hundred; a single odd run is none.',
      ...skipped.map((why) => `Left out: ${why}`),
    ],
  };
  return writeStudy(page, [...groups.values()].map(historyChart), { series, skipped }, outDir);
}
