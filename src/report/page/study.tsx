import { htmlDocument } from './document.js';
import { Figure, Table, type DrawnChart } from './figure.js';
import type { DataTable } from '../charts/chart.js';
import { Section } from './page.js';

/** A page about many runs or many trials, and not about one run's overhead: certificates, history. */
export interface StudyPage {
  readonly id: string;
  readonly kicker: string;
  readonly title: string;
  readonly host: string;
  /** What was found, one sentence each. */
  readonly findings: readonly string[];
  readonly figures: readonly DrawnChart[];
  readonly tables: readonly { readonly title: string; readonly table: DataTable }[];
  readonly notes: readonly string[];
}

/** The page of a study as one HTML file. */
export function studyDocument({ id, kicker, title, host, findings, figures, tables, notes }: StudyPage): string {
  return htmlDocument(
    id,
    <main>
      <header>
        <p class="kicker">
          {kicker}
          <button type="button" id="theme" hidden>
            dark
          </button>
        </p>
        <h1>{title}</h1>
        <p class="host">{host}</p>
      </header>
      <section id="found">
        <h2>What was found</h2>
        {findings.map((sentence) => (
          <p class="finding">{sentence}</p>
        ))}
      </section>
      <section id="figures">
        {figures.map((drawn) => (
          <Figure drawn={drawn} />
        ))}
      </section>
      {tables.map(({ title: heading, table }, i) => (
        <Section id={`t-${i}`} title={heading}>
          <Table table={table} />
        </Section>
      ))}
      <Section id="s-method" title="How to read it">
        {notes.map((note) => (
          <p>{note}</p>
        ))}
      </Section>
    </main>,
  );
}
