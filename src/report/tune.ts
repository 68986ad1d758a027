import type { CheckedRatio, Fingerprint, TuneResult } from '../model/index.js';
import type { DataTable } from './charts/chart.js';
import { nativeCharts, searchCharts, tuneCharts } from './charts/tune.js';
import { interval, ratio } from './format.js';
import { writeStudy } from './study.js';
import { counted } from './text.js';

/** Writes the page of a tuning run. @returns its path */
export async function writeTuneReport(result: TuneResult, host: Fingerprint, outDir: string): Promise<string> {
  const { checked, checkedBy } = result;
  const page = {
    id: result.run,
    kicker: `seebench tune · ${result.run}`,
    title: 'Which settings win time back, on this host',
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}`,
    findings: result.findings,
    tables: [
      ...(checked.length === 0
        ? []
        : [{ title: `Found profiles on fresh blocks (run ${checkedBy})`, table: checkedTable(checked) }]),
      ...(result.profiles.length === 0 ? [] : [{ title: 'Found profiles', table: profilesTable(result) }]),
    ],
    notes: [
      `Every setting stands in every block beside ${result.base}, ${result.tuned} and native, in random order; what starts from a snapshot in those of cases with a warm point, and a setting of the host holds for its own launches only. The unit is the block: the mean of the cases’ log-ratios, Wilcoxon’s signed ranks, 95 % intervals.`,
      result.search.length > 0
        ? 'The search begins with combinations of what seems to help (unions, leave-outs, single settings, what tuned holds, random ones) and halves them rung by rung: each rung has about the same time, so that the last ones get the most blocks (sequential halving). A setting that weakens isolation is in none.'
        : 'A setting joins a profile where its interval lies below 1, it survives Benjamini and Hochberg’s control over all effects, and it is worth 1 % at least; in the profile for all classes, where it also harms no class. A setting that weakens isolation joins none.',
      'Settings were chosen by earlier blocks, so their effects there are flattered. The fresh blocks are not. A profile is confirmed, and written as a file, where these show it faster than the defaults beyond doubt; one of a class also faster there than the profile for all.',
      'Variables of the guest and settings of the host would help native too. Native with the same ones stands in the same blocks: over and above native is the gain in gVisor divided by that gain.',
    ],
  };
  const charts = [...tuneCharts(result), ...searchCharts(result), ...nativeCharts(result)];
  return writeStudy(page, charts, { ...result }, outDir);
}

function profilesTable({ profiles }: TuneResult): DataTable {
  return {
    columns: ['profile', 'for', 'settings', 'confirmed'],
    rows: profiles.map(({ id, class: name, settings, confirmed }) => [
      id,
      name,
      settings.join(', '),
      confirmed ? 'yes' : 'no',
    ]),
  };
}

function checkedTable(checked: readonly CheckedRatio[]): DataTable {
  return {
    columns: ['class', 'environment', 'over', 'time', '95 % interval', 'n', 'cases'],
    rows: checked.map((it) => [
      it.class,
      it.environment,
      it.baseline,
      ratio(it.ratio),
      interval(it.low, it.high),
      counted(it.n, 'block'),
      String(it.cases),
    ]),
  };
}
