import type { ComponentChildren } from 'preact';
import type { Charts } from '../charts/index.js';
import type { Chart } from '../charts/chart.js';
import type { Changes, ErrorRates } from '../../model/index.js';
import { CHANGES_METHOD, changeSentences, classesTable } from '../changes.js';
import { classMeansTable } from '../class-means.js';
import type { TitledTable } from '../conform.js';
import { EMULATED_WARNING, errorRatesLine, hostLine, runLine } from '../lines.js';
import type { Failure } from '../problems.js';
import { listed } from '../text.js';
import { trialsTitle } from '../findings/titles.js';
import type { ReportView } from '../view.js';
import { htmlDocument } from './document.js';
import { Figure, Table, SmallFigure, type DrawnChart } from './figure.js';
import { Host, Reproduce } from './host.js';
import { Numbers } from './numbers.js';
import { Problems } from './problems.js';
import { Spreads } from './spread.js';

/** All that the page shows. */
export interface PageProps {
  readonly view: ReportView;
  readonly findings: readonly string[];
  readonly charts: Charts;
  readonly drawn: ReadonlyMap<string, DrawnChart>;
  readonly failures: readonly Failure[];
  readonly failuresLeft: number;
  readonly generatedAt: Date;
  readonly errorRates: ErrorRates | null;
  readonly changes: readonly Changes[];
  /** What conform found, where it is given. */
  readonly guarantees: { readonly sentences: readonly string[]; readonly tables: readonly TitledTable[] } | null;
}

/** The whole report as one HTML file. */
export function reportDocument(props: PageProps): string {
  return htmlDocument(props.view.run.manifest.id, <Page {...props} />);
}

/** The body of the report, in the order in which a published evaluation is read. */
function Page({
  view,
  findings,
  charts,
  drawn,
  failures,
  failuresLeft,
  generatedAt,
  errorRates,
  changes,
  guarantees,
}: PageProps) {
  const { manifest } = view.run;
  const figures = (list: readonly Chart[], key = true) =>
    list.map((chart) => <Figure drawn={drawn.get(chart.id)!} {...(key ? { environments: view.measured } : {})} />);
  const means = classMeansTable(view);
  const [recommendation, ...rest] = [findings.at(-1)!, ...findings.slice(0, -1)];
  return (
    <main>
      {manifest.fingerprint.emulated && <p class="alarm">{EMULATED_WARNING}</p>}
      <header>
        <p class="kicker">
          {runLine(view)}
          <button type="button" id="theme" hidden>
            dark
          </button>
        </p>
        <h1>{headline(view)}</h1>
        <p class="host">{hostLine(view)}</p>
      </header>
      <section id="found">
        <h2>What was found</h2>
        {rest.map((sentence) => (
          <p class="finding">
            <Emphasised text={sentence} />
          </p>
        ))}
        <p class="finding advice">
          <Emphasised text={recommendation} />
        </p>
      </section>
      {charts.overhead.length > 0 && (
        <Section id="s-overhead" title="Overhead">
          {figures(charts.overhead)}
          {means !== null && (
            <>
              <h3>Geometric means by class</h3>
              <p class="lead">
                Of each block the mean over cases, of the blocks the centre, with its 95 % interval; more than 1 is
                slower. Blocks are those that every case has.
              </p>
              <Table table={means} />
            </>
          )}
        </Section>
      )}
      {charts.trials.length > 0 && (
        <Section id="s-trials" title="Every trial">
          <h3>{trialsTitle(view)}</h3>
          <p class="lead">
            Each dot is one fresh launch, by the case’s headline metric; each small chart has its own axis, the tick is
            the median. Nothing is removed as an outlier: where dots stand in two groups, launches come in two modes,
            and a single number hides one of them.
          </p>
          <div class="grid">
            {charts.trials.map((chart) => (
              <SmallFigure drawn={drawn.get(chart.id)!} />
            ))}
          </div>
        </Section>
      )}
      {charts.startup.length > 0 && (
        <Section id="s-startup" title="Startup">
          {figures(charts.startup, false)}
        </Section>
      )}
      {charts.syscalls.length > 0 && (
        <Section id="s-syscalls" title="System calls">
          {figures(charts.syscalls)}
        </Section>
      )}
      {charts.memory.length > 0 && (
        <Section id="s-memory" title="Memory">
          {figures(charts.memory)}
        </Section>
      )}
      {charts.tuned.length > 0 && (
        <Section id="s-tuned" title="What wins it back">
          {figures(charts.tuned)}
        </Section>
      )}
      {charts.changes.length > 0 && (
        <Section id="s-changes" title="What changed between versions">
          {changes.map((one) => (
            <>
              {changeSentences(one, view.cases).map((sentence) => (
                <p>
                  <Emphasised text={sentence} />
                </p>
              ))}
              <Table table={classesTable(one)} />
            </>
          ))}
          {figures(charts.changes, false)}
          <p>{CHANGES_METHOD}</p>
        </Section>
      )}
      <Problems view={view} failures={failures} left={failuresLeft} />
      <Numbers view={view} />
      <Spreads view={view} />
      <Host view={view} />
      <Reproduce view={view} generatedAt={generatedAt} />
      {guarantees !== null && (
        <Section id="s-guarantees" title="Same guarantees?">
          {guarantees.sentences.map((sentence) => (
            <p>{sentence}</p>
          ))}
          {guarantees.tables.map(({ title, table }) => (
            <details>
              <summary>{title}</summary>
              <Table table={table} />
            </details>
          ))}
        </Section>
      )}
      <Section id="s-method" title="How to read it">
        <p>
          A <em>trial</em> is one fresh sandbox that runs one case once; a <em>block</em> runs every environment once,
          in random order. Ratios are taken inside a block, so that drift of the host cancels; a case’s ratio is the
          median of its blocks’, and n is their number. The native side is runc with the same bundle, mounts and limits.
        </p>
        <p>
          Intervals are 95 %, by order statistics, and assume nothing about the distribution; with fewer than six blocks
          there is none, and it is called open. Where an interval contains 1, nothing was shown in either direction.
          Absolute times belong to this host and must not be held against another’s.
        </p>
        <p>
          Trials whose answer differs from native’s in the same block are mismatched, and not timed. More in{' '}
          <code>docs/method.md</code>, on settings in <code>docs/profiles.md</code>, on what runs in{' '}
          <code>docs/workloads.md</code>; every raw sample is in <code>results/</code>.
        </p>
        <p>{errorRatesLine(errorRates)}</p>
      </Section>
    </main>
  );
}

function headline(view: ReportView): string {
  const platforms = [...new Set(view.others.flatMap(({ record }) => record.platform ?? []))];
  return platforms.length === 0 ? 'What the sandbox costs here' : `What gVisor costs here, on ${listed(platforms)}`;
}

/** A part of the page with its own anchor. */
export function Section({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section id={id}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Ratios stand out, so that a skimming eye finds them. */
function Emphasised({ text }: { text: string }) {
  return (
    <>
      {unbroken(text)
        .split(/(\d[\d.,]*×)/)
        .map((part, index) => (index % 2 === 1 ? <b>{part}</b> : part))}
    </>
  );
}

/** Keeps a number and its unit on one line. */
function unbroken(text: string): string {
  return text
    .replace(/(\d) (%|[kMGT]?i?B\b|[mµn]?s\b)/g, '$1\u00a0$2')
    .replace(/n = /g, 'n\u00a0=\u00a0')
    .replace(/(\d)–(?=\d)/g, '$1–\u2060');
}
