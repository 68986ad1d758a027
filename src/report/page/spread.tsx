import type { Spread } from '../../stats/index.js';
import { interval, number, ratio, slowModeText } from '../format.js';
import { coreDistanceText } from '../core-distance.js';
import type { ReportView } from '../view.js';
import { Table } from './figure.js';
import { Section } from './page.js';

/** What lies behind each median: modes of launches, warm-up, and on which level values vary. */
export function Spreads({ view }: { view: ReportView }) {
  const labels = new Map(view.measured.map(({ id, label }) => [id, label]));
  const rows = view.cases.flatMap((aCase) =>
    view.spreads.filter((it) => it.case === aCase.id && labels.has(it.environment)).map((it) => ({ aCase, it })),
  );
  if (rows.length === 0) return null;
  const moved = coreDistanceText(view);
  return (
    <Section id="s-spread" title="Behind the medians">
      {moved !== null && <p>{moved}</p>}
      <p>
        How a case’s headline varies: launches in two modes, as systrap’s can be; what the first iteration of a trial
        takes over the rest, and from where on a trial is steady; and the standard deviation of its logarithm (0.10 is
        about 10 %) from iteration to iteration, from trial to trial, and from block to block, which both sides share
        and a ratio cancels.
      </p>
      <details>
        <summary>{rows.length} cases and environments</summary>
        <Table
          table={{
            columns: ['case', 'environment', 'trials', 'modes', 'first iteration', 'steady', ...LEVELS],
            rows: rows.map(({ aCase, it }) => [
              aCase.label,
              labels.get(it.environment)!,
              `${it.trials}`,
              modesText(it),
              it.first ? `${ratio(it.first.ratio)} (${interval(it.first.low, it.first.high)})` : '–',
              steadyText(it),
              ...[it.sd.iteration, it.sd.trial, it.sd.block].map((sd) => (Number.isNaN(sd) ? '–' : number(sd))),
            ]),
          }}
        />
      </details>
    </Section>
  );
}

const LEVELS = ['by iteration', 'by trial', 'by block'];

function modesText({ modes }: Spread): string {
  return modes ? `two: ${slowModeText(modes)}` : 'one';
}

function steadyText({ steady, steadyFrom, iterations }: Spread): string {
  if (steady === 'unknown') return iterations === 0 ? '–' : `too few (${iterations})`;
  return steadyFrom === null ? steady : `${steady}, from iteration ${Math.round(steadyFrom) + 1}`;
}
