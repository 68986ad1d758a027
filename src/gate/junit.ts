import type { Conformance, Verdict } from '../model/index.js';
import type { GateVerdict } from './types.js';

/** The verdict as JUnit XML, which CI systems show as tests: a regression fails, an inconclusive one is skipped. */
export function junit(verdict: GateVerdict): string {
  const { verdicts } = verdict;
  const lost = verdict.guarantees ?? [];
  const count = (kind: Verdict['verdict']): number => verdicts.filter((it) => it.verdict === kind).length;
  const nothing = verdict.overall === 'nothing-measured' || verdict.overall === 'inconclusive';
  const cases = [
    ...verdicts.map(testCase),
    ...lost.map(
      ({ what, environment, before, after }) =>
        `    <testcase classname=${attribute(`seebench.${environment}`)} name=${attribute(what)}><failure message=${attribute(`was ${before}, is ${after}`)} type="guarantee-lost"/></testcase>`,
    ),
    // Readers of JUnit take skipped tests for a pass: what has no answer must be seen.
    ...(nothing
      ? [
          `    <testcase classname="seebench" name="the gate has an answer"><error message=${attribute(verdict.sentence)}/></testcase>`,
        ]
      : []),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites>`,
    `  <testsuite name="seebench gate" tests="${cases.length}" failures="${count('regression') + lost.length}" errors="${nothing ? 1 : 0}" skipped="${count('inconclusive')}">`,
    `    <properties><property name="sentence" value=${attribute(verdict.sentence)}/></properties>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(verdict: Verdict): string {
  const { case: id, environment, metric, reason, code } = verdict;
  const head = `    <testcase classname=${attribute(`seebench.${environment}`)} name=${attribute(`${id} ${metric}`)}`;
  const said = `message=${attribute(reason)} type=${attribute(code)}`;
  if (verdict.verdict === 'regression') return `${head}><failure ${said}/></testcase>`;
  if (verdict.verdict === 'inconclusive') return `${head}><skipped message=${attribute(reason)}/></testcase>`;
  return `${head}><system-out>${escape(`${verdict.verdict}: ${reason}`)}</system-out></testcase>`;
}

/** What conform found as JUnit XML: every answer a test, what is not as expected a failure, what cannot be asked skipped. */
export function conformanceJunit(result: Conformance): string {
  const { environments, containment, limits, features, areas, compat, differences } = result;
  const all = [
    ...environments.map(({ id, status, reason }) => ({
      ...{ environment: id, name: 'asked', ok: reason === null, answer: status, detail: reason ?? '' },
    })),
    ...containment.map(({ probe, detail, ...row }) => ({ ...row, name: `containment/${probe}`, detail })),
    ...limits.map(({ limit, seen, ...row }) => ({ ...row, name: `limits/${limit}`, detail: seen })),
    ...features.map(({ feature, ...row }) => ({ ...row, name: `features/${feature}` })),
    ...areas.map(({ area, ...row }) => ({ ...row, name: `snowpark/${area}` })),
    ...compat.map(({ suite, passed, failed, skipped, environment, ...row }) => ({
      ...{ environment, answer: row.answer, ok: row.unnamed === 0, name: `compat/${suite}` },
      detail: `${passed} passed, ${failed} failed, ${skipped} skipped; ${row.unnamed} differences without a named cause`,
    })),
    ...differences.map(({ suite, test, environment, native, here, cause, flaky, detail }) => ({
      ...{ environment, name: `compat/${suite}/${test}`, ok: flaky || cause !== null, detail },
      answer: `${native} natively, ${here} here: ${flaky ? 'flaky' : (cause ?? 'cause not named')}`,
    })),
  ];
  const cases = all.map(({ environment, name, answer, ok, detail }) => {
    const head = `    <testcase classname=${attribute(`seebench.${environment}`)} name=${attribute(name)}`;
    if (!ok) return `${head}><failure message=${attribute(`${answer}: ${detail}`)} type="not-as-expected"/></testcase>`;
    if (answer === 'not-applicable') return `${head}><skipped message=${attribute(detail)}/></testcase>`;
    return `${head}><system-out>${escape(answer)}</system-out></testcase>`;
  });
  const skipped = all.filter(({ ok, answer }) => ok && answer === 'not-applicable').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="seebench conform" tests="${all.length}" failures="${all.filter(({ ok }) => !ok).length}" errors="0" skipped="${skipped}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function attribute(text: string): string {
  return `"${escape(text)}"`;
}

/** XML 1.0 has no place for most control characters, lone surrogates and two non-characters, escaped or not. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"'\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
