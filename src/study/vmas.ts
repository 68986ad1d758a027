import {
  NATIVE,
  SCHEMA_VERSION,
  versionName,
  type Case,
  type EnvironmentRecord,
  type PublishedVmas,
  type SandboxRole,
  type VmaLook,
  type VmaPeak,
  type VmaSeries,
  type VmasResult,
} from '../model/index.js';
import { median } from '../stats/index.js';

/** The same workload at 20 GiB, on another host: google/gvisor pull request 11360, by Snowflake. */
const PUBLISHED: Readonly<Record<string, readonly PublishedVmas[]>> = {
  'list-append': [
    { what: 'published: gVisor before the fix, 20 GiB', vmas: 70_000, source: 'google/gvisor PR 11360' },
    { what: 'published: natively, 20 GiB', vmas: 100, source: 'google/gvisor PR 11360' },
  ],
};

/** What a process of each role is, for people. */
export const ROLES: Readonly<Record<SandboxRole, string>> = {
  guest: 'the program itself',
  stub: 'the stub that holds the program’s address space',
  sentry: 'the sentry',
  gofer: 'the gofer',
};

export interface VmasInput {
  readonly run: string;
  readonly one: Case;
  readonly seed: number;
  readonly command: string;
  readonly maxMapCount: number | null;
  readonly environments: readonly EnvironmentRecord[];
  readonly series: readonly VmaSeries[];
}

/** The looks of a run with their peaks, what others published, and the sentences. Pure. */
export function vmasResult({ one, ...input }: VmasInput): VmasResult {
  const ids = [...new Set(input.series.map(({ environment }) => environment))];
  const peaks = input.environments.flatMap(({ id }) => (ids.includes(id) ? (peakOf(id, input.series) ?? []) : []));
  const { id, title, workUnit } = one.workload;
  const result = {
    schemaVersion: SCHEMA_VERSION,
    ...input,
    case: one.id,
    workload: id,
    title,
    size: one.size,
    workUnit,
    params: one.spec.params,
    peaks,
    published: Object.hasOwn(PUBLISHED, id) ? PUBLISHED[id]! : [],
  };
  return { ...result, findings: findingsOf(result) };
}

/** Mappings of the process that has most; 0 where none was seen. */
export function mostOf({ vmas }: VmaLook): number {
  return Math.max(0, ...Object.values(vmas));
}

/** Over the completed trials of an environment: the median of their peaks, of each role. @returns `null` without any */
function peakOf(environment: string, all: readonly VmaSeries[]): VmaPeak | null {
  const series = all.filter(
    (it) => it.environment === environment && it.outcome.kind === 'completed' && it.looks.length > 0,
  );
  if (series.length === 0) return null;
  const roles = [
    ...new Set(series.flatMap(({ looks }) => looks.flatMap(({ vmas }) => Object.keys(vmas) as SandboxRole[]))),
  ];
  const byRole = Object.fromEntries(
    roles.map((role) => [
      role,
      median(series.map(({ looks }) => Math.max(0, ...looks.map(({ vmas }) => vmas[role] ?? 0))))!,
    ]),
  ) as Partial<Record<SandboxRole, number>>;
  const [role] = roles.toSorted((a, b) => byRole[b]! - byRole[a]!);
  const bytes = series.map(({ looks }) => looks.at(-1)!.bytes).filter((it) => it !== null);
  return { environment, role: role!, vmas: byRole[role!]!, byRole, n: series.length, peakBytes: median(bytes) };
}

function findingsOf(result: Omit<VmasResult, 'findings'>): string[] {
  const { peaks, environments, series, maxMapCount } = result;
  const nameOf = (id: string): string => environmentName(environments.find((it) => it.id === id)!);
  const native = peaks.find(({ environment }) => environment === NATIVE);
  const others = peaks.filter((it) => it !== native).toSorted((a, b) => b.vmas - a.vmas);
  const failed = series.filter(({ outcome }) => outcome.kind !== 'completed');
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  const share = (count: number): string =>
    maxMapCount === null
      ? ''
      : `, ${Number(((100 * count) / maxMapCount).toPrecision(2))} % of this host’s vm.max_map_count`;
  return [
    ...(native === undefined ? [] : [`Natively the program has ${number(native.vmas)} memory mappings at most.`]),
    ...others.map(
      (it) =>
        `In ${nameOf(it.environment)} the host has ${number(it.vmas)} for it (${ROLES[it.role]})${native === undefined ? '' : `, ${Number((it.vmas / native.vmas).toPrecision(3))} times as many`}${share(it.vmas)}.`,
    ),
    ...failed.map(
      ({ environment, block, outcome }) =>
        `Block ${block + 1} in ${nameOf(environment)} ended ${outcome.kind}${'reason' in outcome ? `: ${outcome.reason}` : ''}.`,
    ),
  ];
}

/** `gVisor on systrap, 2024-07-22`: with the version's day, since versions are what is compared. */
export function environmentName({ id, runtime, platform, profile, version }: EnvironmentRecord): string {
  if (runtime !== 'runsc' || !id.startsWith('gvisor-')) return id;
  const more = [...(profile.id === 'default' ? [] : [profile.id]), ...(version === null ? [] : [versionName(version)])];
  return [`gVisor on ${platform}`, ...more].join(', ');
}
