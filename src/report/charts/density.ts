import {
  MEMORY_VIEWS,
  type DensityResult,
  type DensitySamples,
  type IdleClimb,
  type IdleLook,
  type MemoryView,
} from '../../model/index.js';
import { quantity } from '../format.js';
import { listed, oneLine } from '../text.js';
import type { Chart } from './chart.js';
import { TITLE_CHARS, workingCharts } from './density-working.js';
import { environmentLines, linePlot, type LinePoint } from './lines.js';

const MIB = 2 ** 20;
/** How many figures, in a title. */
const MOST_IN_TITLE = 3;
export const MEMORY_TITLES: Readonly<Record<MemoryView, string>> = {
  pss: 'PSS of their processes',
  cgroup: 'charge of their cgroups',
  host: 'taken of MemAvailable',
};
const OF_LOOK: Readonly<Record<MemoryView, (look: IdleLook) => number | null>> = {
  pss: (look) => look.pssBytes,
  cgroup: (look) => look.cgroupBytes,
  host: (look) => look.hostBytes,
};

/** Charts of a study of density; those for which it has nothing are left out. */
export function densityCharts(result: DensityResult, { idle }: DensitySamples): Chart[] {
  return [memoryChart(result, idle), ...workingCharts(result)].filter((chart) => chart !== null);
}

const numberTicks = (most: number): number[] => {
  const step = [1, 2, 4, 5, 10, 20, 50, 100, 200, 500].find((size) => most / size <= 8) ?? Math.ceil(most / 8);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
};

function memoryChart({ idle, idleCase }: DensityResult, climbs: readonly IdleClimb[]): Chart | null {
  const { labelOf, ...plot } = environmentLines(climbs);
  const points = MEMORY_VIEWS.flatMap((view) =>
    climbs.flatMap(({ environment, looks }) =>
      looks.flatMap((look): LinePoint[] => {
        const bytes = OF_LOOK[view](look);
        if (bytes === null) return [];
        return [
          {
            line: labelOf(environment),
            x: look.n,
            y: bytes / MIB,
            low: null,
            high: null,
            panel: MEMORY_TITLES[view],
            tip: `${oneLine(environment)}, ${look.n} idle\n${MEMORY_TITLES[view]}: ${quantity(bytes, 'bytes')}`,
          },
        ];
      }),
    ),
  );
  const most = Math.max(0, ...points.map(({ x }) => x));
  if (most === 0) return null;
  const slopes = idle.flatMap(({ environment, marginal: { pss } }) =>
    pss === null ? [] : [`${quantity(pss.value, 'bytes')} in ${oneLine(environment, TITLE_CHARS)}`],
  );
  return {
    id: 'memory',
    title:
      slopes.length === 0
        ? 'Memory of idle sandboxes'
        : `One more idle sandbox takes ${listed(slopes.slice(0, MOST_IN_TITLE))} (PSS)`,
    note:
      `All sandboxes together, each held idle after the imports of ${oneLine(idleCase)}, one added at a time. ` +
      'The slope of a line is what one more takes. PSS divides what several map among them; MemAvailable also sees the kernel’s own and the runtime’s commands.',
    spec: (layout) =>
      linePlot(
        {
          points,
          ...plot,
          xTitle: 'idle sandboxes',
          xTicks: numberTicks(most),
          xLabel: 'datum.label',
          xLinear: true,
          yTitle: 'MiB, all together',
          yFormat: ',.0f',
          yDomain: [Math.min(0, ...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))],
          pointSize: 18,
        },
        layout,
      ),
    table: {
      columns: [
        'environment',
        'idle sandboxes',
        ...MEMORY_VIEWS.map((view) => MEMORY_TITLES[view]),
        'runtime’s commands',
      ],
      rows: climbs.flatMap(({ environment, looks }) =>
        looks.map((look) => [
          environment,
          String(look.n),
          ...MEMORY_VIEWS.map((view) => quantity(OF_LOOK[view](look), 'bytes')),
          quantity(look.commandBytes, 'bytes'),
        ]),
      ),
    },
  };
}
