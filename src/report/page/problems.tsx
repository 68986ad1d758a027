import type { Failure } from '../problems.js';
import { block, counted, oneLine } from '../text.js';
import type { ReportView } from '../view.js';
import { Section } from './page.js';

/** What did not run and what did not end well, with the reasons that were given. */
export function Problems({ view, failures, left }: { view: ReportView; failures: readonly Failure[]; left: number }) {
  return (
    <Section id="s-problems" title="What did not run">
      {view.unavailable.length === 0 && failures.length === 0 && (
        <p>Every environment was available, and every trial completed with native’s answer.</p>
      )}
      {view.unavailable.map(({ id, probe }) => (
        <article class="problem">
          <h3>
            {oneLine(id, 60)} <span class="tag">unavailable</span>
          </h3>
          {probe.status === 'unavailable' && (
            <>
              <p>{oneLine(probe.reason, 400)}</p>
              <Log text={block(probe.log)} />
            </>
          )}
        </article>
      ))}
      {failures.map(({ caseLabel, environment, kind, reason, count, log }) => (
        <article class="problem">
          <h3>
            {caseLabel}, {environment}{' '}
            <span class="tag">
              {counted(count, 'trial')} {kind}
            </span>
          </h3>
          <p>{reason}</p>
          <Log text={log} />
        </article>
      ))}
      {left > 0 && (
        <p>
          {counted(left, 'further group')} of failures are in <code>trials.csv</code>.
        </p>
      )}
    </Section>
  );
}

function Log({ text }: { text: string }) {
  if (text === '') return null;
  return (
    <details>
      <summary>end of its log</summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
