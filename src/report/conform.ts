import type { Conformance, Fingerprint } from '../model/index.js';
import type { Chart, DataTable } from './charts/chart.js';
import { dotPlot, type Dot } from './charts/dots.js';
import { quantity, ratio } from './format.js';
import { LOOKS } from './palette.js';
import { writeStudy } from './study.js';
import { counted, oneLine } from './text.js';

/** A table with its heading. */
export interface TitledTable {
  readonly title: string;
  readonly table: DataTable;
}

/** Writes the page of what conform found. @returns its path */
export async function writeConformReport(result: Conformance, host: Fingerprint, outDir: string): Promise<string> {
  const page = {
    id: result.run,
    kicker: `seebench conform · ${result.run}`,
    title: 'Same guarantees?',
    host: `${host.cpuModel}, ${host.cores} CPUs, Linux ${host.kernel}, ${host.distro}, cgroups ${host.cgroup}`,
    findings: guaranteeSentences(result),
    tables: guaranteeTables(result),
    notes: [
      'A probe is a permission check from inside that carries nothing through; each was shown to be able to fail where the table says so. What is marked with ! was not expected.',
      'Open system calls are read off the seccomp filters of the processes that face the host’s kernel, with any arguments or with some; used ones were counted in the kernel while workloads ran.',
      'A limit is asked of the sandbox and run into by a program inside; what was enforced is measured from outside where it can be.',
      'Test suites are run as their authors wrote them, from one root file system, each module in a process of its own. A test that came out otherwise than natively was run again in both; its cause is in probes/compat.yaml, or what gVisor itself counted as unimplemented while the test ran alone.',
      'What a program used and saw is held against what it saw natively; costs are medians of ratios to native inside a block.',
      ...(result.surface?.notes ?? []),
    ],
  };
  return writeStudy(page, result.surface === null ? [] : [surfaceChart(result)], { ...result }, outDir);
}

/** One sentence for each matrix, from its rows. */
export function guaranteeSentences(result: Conformance): string[] {
  const { containment, limits, features, areas, compat, surface, problems } = result;
  const sentences: string[] = [];
  if (containment.length > 0) {
    const probes = new Set(containment.map(({ probe }) => probe)).size;
    const each = environmentsOf(containment).map((id) => {
      const own = containment.filter(({ environment }) => environment === id);
      return `${id} contains ${own.filter(({ answer }) => answer === 'contained').length}`;
    });
    const shown = result.proof.filter((row) => row.shown).length;
    sentences.push(
      `Containment: of ${counted(probes, 'probe')}, ${each.join(', ')}${shown === 0 ? '' : `; ${shown} were shown to be able to fail`}.`,
    );
  }
  if (surface !== null) {
    const open = environmentsOf(surface.rows).map((id) => {
      const names = new Set(
        surface.rows
          .filter(({ environment }) => environment === id)
          .flatMap(({ reach }) => [...(reach?.always ?? []), ...(reach?.sometimes ?? [])]),
      );
      return `${id} ${names.size}`;
    });
    sentences.push(
      `Surface: of ${surface.known} system calls of the host’s kernel, open to all its processes together: ${open.join(', ')}.`,
    );
  }
  if (limits.length > 0) {
    const each = environmentsOf(limits).map((id) => {
      const own = limits.filter((row) => row.environment === id && row.answer !== 'not-applicable');
      return `${id} ${own.filter(({ answer }) => answer === 'enforced').length} of ${own.length}`;
    });
    sentences.push(`Limits held as asked: ${each.join(', ')}.`);
  }
  if (features.length > 0) {
    const each = environmentsOf(features).map((id) => {
      const own = features.filter((row) => row.environment === id && row.answer !== 'not-applicable');
      const equal = areas.filter((row) => row.environment === id && row.answer === 'equal').length;
      return `${id} ${own.filter(({ answer }) => answer === 'works').length} of ${own.length}${areas.length === 0 ? '' : ` and ${equal} areas of Snowpark`}`;
    });
    sentences.push(`What runs: ${each.join(', ')}.`);
  }
  if (compat.length > 0) sentences.push(compatSentence(compat));
  sentences.push(
    problems.length === 0
      ? 'Nothing was other than expected.'
      : `${counted(problems.length, 'thing')} not as expected: ${problems
          .slice(0, 3)
          .map((text) => oneLine(text, 200))
          .join('; ')}.`,
  );
  return sentences;
}

/** The matrices: what is asked by environment. */
export function guaranteeTables(result: Conformance): TitledTable[] {
  const { containment, limits, features, areas, compat, differences, neighbours, surface } = result;
  return [
    ...matrix(
      'Containment',
      containment,
      ({ probe }) => probe,
      ({ answer, ok }) => marked(answer, ok),
    ),
    ...(surface === null || surface.rows.length === 0
      ? []
      : [{ title: 'Processes on the host', table: processTable(surface.rows) }]),
    ...(limits.length === 0 ? [] : [{ title: 'Limits', table: limitTable(limits) }]),
    ...matrix(
      'A neighbour’s time beside a sandbox that runs into its limit, over its time alone',
      neighbours,
      ({ limit }) => limit,
      ({ slowdown }) => ratio(slowdown),
    ),
    ...matrix(
      'What programs use',
      features,
      ({ feature }) => feature,
      ({ answer, ok, ratio: cost }) => marked(cost === null ? answer : `${answer}, ${ratio(cost)}`, ok),
    ),
    ...matrix(
      'Snowpark',
      areas,
      ({ area }) => area,
      ({ answer, ok }) => marked(answer, ok),
    ),
    ...matrix('Test suites that others wrote', compat, ({ suite }) => suite, compatMark),
    ...(differences.length === 0 ? [] : [differencesTable(differences)]),
  ];
}

function compatSentence(compat: Conformance['compat']): string {
  const sum = (id: string, count: (row: Conformance['compat'][number]) => number): number =>
    compat.filter(({ environment }) => environment === id).reduce((total, row) => total + count(row), 0);
  const ids = environmentsOf(compat);
  const ran = ids.map((id) => `${id} ${sum(id, ({ tests }) => tests)}`);
  const worse = ids.slice(1).map((id) => {
    const named = sum(id, ({ causes }) => causes.reduce((total, { tests }) => total + tests, 0));
    const all = named + sum(id, ({ unnamed }) => unnamed);
    return `in ${id} ${sum(id, ({ onlyHere }) => onlyHere.length)} come out worse than natively and ${sum(id, ({ onlyNative }) => onlyNative.length)} better, ${named} of ${all} with a named cause`;
  });
  return `Test suites that others wrote, tests run: ${ran.join(', ')}; ${worse.join('; ')}.`;
}

function compatMark({ tests, passed, onlyHere, onlyNative, flaky, ok, ms }: Conformance['compat'][number]): string {
  const counts = [
    { count: onlyHere.length, what: 'worse' },
    { count: onlyNative.length, what: 'better' },
    { count: flaky, what: 'flaky' },
  ].flatMap(({ count, what }) => (count === 0 ? [] : [`${count} ${what}`]));
  return marked([`${passed} of ${tests} passed in ${(ms / 1000).toFixed(0)} s`, ...counts].join(', '), ok);
}

/** More fill a page that nobody reads to its end; all stand in conform.json. */
const MOST_DIFFERENCES = 200;

function differencesTable(differences: Conformance['differences']): TitledTable {
  const title = `Tests that came out otherwise than natively${differences.length > MOST_DIFFERENCES ? `, the first ${MOST_DIFFERENCES} of ${differences.length}` : ''}`;
  return {
    title,
    table: {
      columns: ['test', 'environment', 'natively', 'here', 'cause', 'what it said'],
      rows: differences
        .slice(0, MOST_DIFFERENCES)
        .map(({ test, environment, native, here, flaky, cause, detail }) => [
          oneLine(test, 100),
          environment,
          native,
          here,
          flaky ? 'flaky' : (cause ?? 'not named !'),
          oneLine(detail.slice(-120), 120),
        ]),
    },
  };
}

function environmentsOf(rows: readonly { readonly environment: string }[]): string[] {
  return [...new Set(rows.map(({ environment }) => environment))];
}

function marked(text: string, ok: boolean): string {
  return ok ? text : `${text} !`;
}

function amount(value: number, unit: string): string {
  if (unit === 'bytes') return quantity(value, 'bytes');
  if (unit === 'bytes/s') return `${quantity(value, 'bytes')}/s`;
  return `${Number(value.toPrecision(3))} ${unit}`;
}

function matrix<Row extends { readonly environment: string }>(
  title: string,
  rows: readonly Row[],
  name: (row: Row) => string,
  mark: (row: Row) => string,
): TitledTable[] {
  if (rows.length === 0) return [];
  const columns = environmentsOf(rows);
  const cells = new Map(rows.map((row) => [`${name(row)}\n${row.environment}`, mark(row)]));
  const names = [...new Set(rows.map(name))];
  return [
    {
      title,
      table: {
        columns: ['', ...columns],
        rows: names.map((one) => [one, ...columns.map((id) => cells.get(`${one}\n${id}`) ?? '')]),
      },
    },
  ];
}

function limitTable(limits: Conformance['limits']): DataTable {
  return {
    columns: ['limit', 'environment', 'asked', 'enforced', 'what the program saw'],
    rows: limits.map(({ limit, environment, asked, enforced, unit, answer, ok, seen, reason }) => [
      limit,
      environment,
      amount(asked, unit),
      answer === 'not-applicable'
        ? '–'
        : marked(
            `${enforced === null ? '?' : amount(enforced, unit)}${answer === 'enforced' ? '' : ', not as asked'}`,
            ok,
          ),
      oneLine(answer === 'not-applicable' ? (reason ?? '') : seen, 80),
    ]),
  };
}

type SurfaceRows = NonNullable<Conformance['surface']>['rows'];

function processTable(rows: SurfaceRows): DataTable {
  return {
    columns: ['environment', 'process', 'open', 'with some arguments', 'used', 'capabilities', 'namespaces of its own'],
    rows: rows.map(({ environment, role, intercepted, reach, used, capabilities, namespaces }) => [
      environment,
      role,
      intercepted ? 'stopped by the sentry' : String(reach?.always.length ?? '?'),
      String(reach?.sometimes.length ?? ''),
      String(used?.length ?? '?'),
      String(capabilities.length),
      namespaces.join(' '),
    ]),
  };
}

const KINDS = [
  { label: 'open', look: LOOKS[4]! },
  { label: 'used', look: LOOKS[2]! },
] as const;

function surfaceChart({ surface }: Conformance): Chart {
  const { rows, cases, known } = surface!;
  const label = ({ environment, role }: SurfaceRows[number]): string => oneLine(`${environment}, ${role}`, 60);
  const dots = rows.flatMap((row): Dot[] => {
    const open = row.reach === null ? 0 : row.reach.always.length + row.reach.sometimes.length;
    return [
      { kind: KINDS[0], value: open },
      { kind: KINDS[1], value: row.used?.length ?? 0 },
    ]
      .filter(({ value }) => value > 0)
      .map(({ kind, value }) => ({
        row: label(row),
        environment: kind.label,
        value,
        low: null,
        high: null,
        open: false,
        tip: `${label(row)}\n${kind.label}: ${value} system calls`,
      }));
  });
  const widest = (id: string): number =>
    Math.max(
      0,
      ...dots.filter((dot) => dot.row.startsWith(`${id}, `) && dot.environment === 'open').map(({ value }) => value),
    );
  const gvisor = environmentsOf(rows).find((id) => id.startsWith('gvisor-'));
  return {
    id: 'surface',
    title:
      gvisor === undefined || widest('native') === 0
        ? 'System calls of the host’s kernel that are open, and used'
        : `Of ${known} system calls, ${widest('native')} are open to a program in runc; to no process of ${gvisor} more than ${widest(gvisor)}`,
    note: `Open with any or with some arguments, read off seccomp filters; used while ${cases.map((id) => oneLine(id, 60)).join(', ')} ran.`,
    spec: (layout) =>
      dotPlot(
        {
          dots,
          rows: rows.map(label),
          environments: KINDS,
          dodge: false,
          axisTitle: 'system calls of the host’s kernel, log scale',
          scale: { divisor: 1, suffix: '' },
        },
        layout,
      ),
    table: processTable(rows),
  };
}
