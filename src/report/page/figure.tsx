import type { ComponentChildren } from 'preact';
import type { Chart, DataTable } from '../charts/chart.js';
import { cssColour } from '../theme.js';
import type { EnvironmentView } from '../view.js';

/** A chart with its drawings for wide and narrow pages (inline SVG made by vega, which escapes every text). */
export interface DrawnChart {
  readonly chart: Chart;
  readonly wide: string | null;
  readonly narrow: string;
}

/** A finding as heading, how to read it, the drawing, and the same as a table. */
export function Figure({ drawn, environments }: { drawn: DrawnChart; environments?: readonly EnvironmentView[] }) {
  const { chart, wide, narrow } = drawn;
  return (
    <figure id={chart.id}>
      <h3>{chart.title}</h3>
      <figcaption>{chart.note}</figcaption>
      {environments && <Key environments={environments} />}
      <Plot title={chart.title}>
        {wide !== null && <div class="wide" dangerouslySetInnerHTML={{ __html: wide }} />}
        <div class={wide === null ? '' : 'narrow'} dangerouslySetInnerHTML={{ __html: narrow }} />
      </Plot>
      <Below chart={chart} />
    </figure>
  );
}

/** A drawing that stands in a grid with others; its title is part of it. */
export function SmallFigure({ drawn: { chart, narrow } }: { drawn: DrawnChart }) {
  return (
    <figure class="small" id={chart.id}>
      <Plot title={chart.title}>
        <div dangerouslySetInnerHTML={{ __html: narrow }} />
      </Plot>
      {chart.note !== '' && <figcaption>{chart.note}</figcaption>}
      <Below chart={chart} />
    </figure>
  );
}

/** One stop for the keyboard; the arrow keys go from mark to mark. */
function Plot({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="plot" tabIndex={0} role="group" aria-label={`Chart: ${title}. Arrow keys move between its marks.`}>
      {children}
    </div>
  );
}

function Below({ chart }: { chart: Chart }) {
  return (
    <details class="data">
      <summary>
        data<span class="quiet"> of “{chart.title}”</span>
      </summary>
      <Table table={chart.table} />
      <p class="files">
        Files beside this page: <code>charts/{chart.id}.svg</code>, <code>charts/{chart.id}.vl.json</code>
      </p>
    </details>
  );
}

/** A table that scrolls by itself where it is wider than the page. */
export function Table({ table: { columns, rows } }: { table: DataTable }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="table, scrolls sideways">
      <table>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th scope="col" class={align(rows[0]?.[index])}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, index) =>
                index === 0 ? <th scope="row">{cell}</th> : <td class={align(cell)}>{cell}</td>,
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Numbers stand right, words left. */
function align(cell: string | undefined): string | undefined {
  return cell !== undefined && /^(\d[^a-uw-z]*( \S+)?|–|interval open|open–.*|v?\d+)$/.test(cell) ? 'num' : undefined;
}

const GLYPHS: Readonly<Record<string, string>> = {
  circle: '●',
  diamond: '◆',
  square: '■',
  'triangle-up': '▲',
  'triangle-down': '▼',
  'triangle-right': '▶',
  'triangle-left': '◀',
  cross: '✚',
  'M0,-1.3V1.3': '│',
};

/** Which colour and shape is which environment. */
function Key({ environments }: { environments: readonly EnvironmentView[] }) {
  return (
    <ul class="key">
      {environments.map(({ label, look }) => (
        <li>
          <span aria-hidden="true" style={{ color: cssColour(look.light) }}>
            {GLYPHS[look.shape] ?? '●'}
          </span>{' '}
          {label}
        </li>
      ))}
    </ul>
  );
}
