import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type {
  Case,
  Environment,
  EnvironmentRecord,
  EnvironmentStatus,
  RunscBuild,
  SessionEvent,
} from '../model/index.js';
import { librariesIn, PRELOAD, SeebenchError } from '../model/index.js';
import type { EnvironmentSpec } from '../config/index.js';
import {
  checkRootfs,
  type RootfsNeeds,
  LOCKED_TOOLS,
  provision,
  type ProvidedHelpers,
  type LockedTool,
  type Provisioned,
  type ProvisionRequest,
} from '../provision/index.js';
import { probe, runcDriver, runscDriver, type Driver, type DriverHome, type Rootfs } from '../sandbox/index.js';
import { isPinned } from './options.js';
import { cgroupName, GUEST_DIR, isRoot, stateDir } from './places.js';
import { codeDigests, digestOfFile } from './digest.js';
import { imagesOf } from './images.js';
import { languagesIn, languagesOf, type Languages } from './languages.js';
import { SetupView } from './setup-view.js';

/** Memory of a probe's sandbox: enough for a bare Python. */
const PROBE_MEMORY_BYTES = 512 * 2 ** 20;
/** A platform that hangs must be known within 10 s, in `doctor` and in every run. */
const PROBE_DEADLINE_MS = 7_000;
/** An emulated CPU is slower by an order of magnitude. */
export const EMULATED_FACTOR = 10;

/** Options about what to run with that several commands share. */
export interface RuntimeOptions {
  readonly runsc?: string;
  readonly runscVersion?: string;
  readonly runscRelease?: string;
  readonly runscReleaseUrl?: string;
  readonly rootfs?: string;
}

/**
 * What a set of environments and workloads needs of the host.
 * @throws SeebenchError `no-such-build`
 */
export function requestFor(
  specs: readonly EnvironmentSpec[],
  cases: readonly Case[],
  options: RuntimeOptions,
): ProvisionRequest {
  for (const spec of specs) requireBuild(spec, options);
  const gvisor = specs.some(({ runtime }) => runtime === 'runsc');
  const pinned = specs.some(
    ({ runtime, binary, version }) => runtime === 'runsc' && binary === null && version === null,
  );
  const erofs = specs.some(({ profile }) => profile.rootfs !== 'directory');
  return {
    parts: [
      'packages',
      'runc',
      ...(gvisor && pinned ? (['runsc'] as const) : []),
      'rootfs',
      ...(erofs ? (['erofs'] as const) : []),
      'helpers',
      'data',
    ],
    data: [...new Set(cases.flatMap(({ spec }) => spec.data))],
    ...languagesOf(cases, options.rootfs),
    runsc: {
      ...(options.runsc === undefined ? {} : { path: options.runsc }),
      ...(options.runscVersion === undefined ? {} : { version: options.runscVersion }),
      ...(options.runscRelease === undefined ? {} : { release: options.runscRelease }),
      ...(options.runscReleaseUrl === undefined ? {} : { releaseBaseUrl: options.runscReleaseUrl }),
    },
    ...(options.rootfs === undefined ? {} : { rootfs: options.rootfs }),
    allowInstall: true,
  };
}

/** Everything that launches: what set-up brought, and a driver for each environment. */
export interface Workshop extends Pick<Languages, 'layers' | 'kits'> {
  readonly home: DriverHome;
  readonly rootfs: Rootfs;
  readonly helpers: ProvidedHelpers;
  readonly drivers: ReadonlyMap<string, Driver>;
  /** Directory of each data set, by name. */
  readonly dataDirs: Readonly<Record<string, string>>;
  /** What the trials' answers and times depend on, by name. */
  readonly digests: Readonly<Record<string, string>>;
  /** Runtimes of the user's own that did not even answer when they were asked for their version. */
  readonly silent: ReadonlySet<string>;
}

/** Brings what is missing for some environments and workloads, and makes the drivers. */
export async function openWorkshop(
  specs: readonly EnvironmentSpec[],
  cases: readonly Case[],
  options: RuntimeOptions,
  signal?: AbortSignal,
): Promise<Workshop> {
  const request = requestFor(specs, cases, options);
  const provisioned = await withSetupView(request, signal);
  const { digests: ofLanguages, ...languages } = languagesIn(cases, provisioned, options.rootfs !== undefined);
  // What workloads need, set-up has put there itself.
  const workloads = options.rootfs === undefined ? [] : cases.map(({ workload }) => workload);
  await checkRootfs(provisioned.rootfs.dir, [...workloads, ...specs.map((spec) => preloadedBy(spec, provisioned))]);
  const code = codeDigests(cases);
  const home: DriverHome = {
    stateDir: stateDir(),
    launcher: provisioned.helpers.launcher,
    guestDir: GUEST_DIR,
    guestBinDir: provisioned.helpers.guestBin,
    ...(specs.some(({ profile }) => profile.rootfs === 'erofs-mounts')
      ? { images: await imagesOf(provisioned, code, languages.kits, signal) }
      : {}),
    rootless: !isRoot,
  };
  const drivers = new Map<string, Driver>();
  const silent = new Set<string>();
  for (const spec of specs) {
    const { binary, version, runscBuild } = await runtimeOf(spec, request, provisioned, silent, signal);
    const environment: Environment = {
      id: spec.id,
      runtime: spec.runtime,
      platform: spec.platform,
      profile: { ...spec.profile, runscBuild },
      binary,
      version,
      ...(spec.restored ? { restored: true } : {}),
    };
    drivers.set(spec.id, spec.runtime === 'runc' ? runcDriver(environment, home) : runscDriver(environment, home));
  }
  return {
    home,
    helpers: provisioned.helpers,
    rootfs: { dir: provisioned.rootfs.dir, erofs: provisioned.rootfs.erofs },
    ...languages,
    drivers,
    dataDirs: Object.fromEntries(Object.entries(provisioned.data).map(([name, { dir }]) => [name, dir])),
    digests: {
      ...digestsOf(
        provisioned,
        cases,
        code,
        [...drivers.values()].map(({ environment }) => environment),
      ),
      ...ofLanguages,
    },
    silent,
  };
}

function digestsOf(
  provisioned: Provisioned,
  cases: readonly Case[],
  code: ReadonlyMap<string, string>,
  environments: readonly Environment[],
): Record<string, string> {
  const digests = new Map<string | null, string>();
  for (const { binary } of environments)
    if (binary !== null && !digests.has(binary)) digests.set(binary, digestOfFile(binary));
  const named = [{ id: 'guest', dir: GUEST_DIR }, ...cases.map(({ workload }) => workload)];
  return {
    rootfs: provisioned.rootfs.digest,
    wheels: provisioned.rootfs.wheelsDigest,
    ...Object.fromEntries(Object.entries(provisioned.data).map(([name, { digest }]) => [`data/${name}`, digest])),
    ...Object.fromEntries(environments.map(({ id, binary }) => [`runtime/${id}`, digests.get(binary)!])),
    ...Object.fromEntries(named.map(({ id, dir }) => [`code/${id}`, code.get(dir)!])),
  };
}

async function withSetupView(request: ProvisionRequest, signal?: AbortSignal): Promise<Provisioned> {
  const view = new SetupView();
  try {
    return await provision(request, {
      onStep: (event) => view.show(event),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    view.close();
  }
}

/** Brings everything for some environments and cases, and nothing else: what `seebench setup` does. */
export async function setUp(
  specs: readonly EnvironmentSpec[],
  cases: readonly Case[],
  options: RuntimeOptions,
  forTests: boolean,
  signal: AbortSignal,
): Promise<Provisioned> {
  const request = requestFor(specs, cases, options);
  const provisioned = await withSetupView(
    forTests ? { ...request, tools: [...LOCKED_TOOLS, 'python-tests', 'benchstat', 'chromium', 'bzip2'] } : request,
    signal,
  );
  for (const spec of specs) await runtimeOf(spec, request, provisioned, new Set(), signal);
  return provisioned;
}

/** Brings one tool of ours. @returns its directory of site packages, or of what else it is */
export async function bringTool(name: LockedTool | 'python-tests', signal: AbortSignal): Promise<string> {
  const request = { parts: ['packages'], data: [], runsc: {}, allowInstall: true, tools: [name] } as const;
  return (await withSetupView(request, signal)).tools[name]!;
}

/** Where our own programs and libraries lie in every guest. */
const GUEST_BIN = '/seebench/bin/';

/** Libraries that a profile loads into every program of the guest: one that is missing would be left out with a line on its stderr. */
function preloadedBy({ id, profile }: EnvironmentSpec, { helpers }: Provisioned): RootfsNeeds {
  const named = profile.guestEnv.find(({ name }) => name === PRELOAD)?.value ?? '';
  const isOurs = (it: string): boolean =>
    it.startsWith(GUEST_BIN) && existsSync(join(helpers.guestBin, it.slice(GUEST_BIN.length)));
  const libraries = librariesIn(named).filter((it) => !isOurs(it));
  return { id: `LD_PRELOAD of ${id}`, command: [], needs: { modules: [], files: [], libraries } };
}

/**
 * An environment can name its own binary, or a version that is brought beside the pinned one. `runscBuild` says what is launched, which
 * may not be what its profile asks for.
 */
async function runtimeOf(
  spec: EnvironmentSpec,
  request: ProvisionRequest,
  provisioned: Provisioned,
  silent: Set<string>,
  signal?: AbortSignal,
): Promise<{ binary: string; version: string | null; runscBuild: RunscBuild }> {
  const { runscBuild } = spec.profile;
  if (spec.runtime === 'runc')
    return {
      runscBuild,
      binary: spec.binary ?? provisioned.runc.path,
      version: spec.binary === null ? provisioned.runc.version : null,
    };
  const bring = async (runsc: ProvisionRequest['runsc'], until?: AbortSignal): Promise<Provisioned['runsc']> =>
    (await withSetupView({ ...request, parts: ['packages', 'runsc'], runsc }, until)).runsc;
  const { binary } = spec;
  if (binary === null) {
    const runsc = spec.version === null ? provisioned.runsc : await bring({ version: spec.version }, signal);
    if (runsc.withSidecars === null) return asItIs(runsc.path, runsc.version);
    if (runscBuild === 'module') return { binary: runsc.path, version: runsc.version, runscBuild };
    const built = runscBuild === 'patched' ? await bring({ patched: true }, signal) : runsc;
    return { binary: built.withSidecars!, version: built.version, runscBuild };
  }
  if (silent.has(binary)) return asItIs(binary, null);
  // Asking for its version starts it: a program that hangs must be known as soon as a platform that does.
  const deadline = AbortSignal.timeout(PROBE_DEADLINE_MS);
  try {
    const until = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    return asItIs(binary, (await bring({ path: binary }, until)).version);
  } catch (error) {
    if (!deadline.aborted || signal?.aborted) throw error;
    silent.add(binary);
    return asItIs(binary, null);
  }
}

/** A program of the user's own, an official release or another version: there is no other build of it. */
function asItIs(
  binary: string,
  version: string | null,
): { binary: string; version: string | null; runscBuild: RunscBuild } {
  return { binary, version, runscBuild: 'module' };
}

/** @throws SeebenchError `no-such-build` where a profile is nothing without a build of the pinned version, and another runsc is asked for */
function requireBuild(spec: EnvironmentSpec, options: RuntimeOptions): void {
  if (spec.profile.runscBuild !== 'patched' || isPinned(spec, options)) return;
  throw new SeebenchError(
    'no-such-build',
    `${spec.id} asks for another runsc than the pinned version, of whose patched build its profile ${spec.profile.id} is made`,
    'leave out --runsc, --runsc-version and --runsc-release (and SEEBENCH_RUNSC), or this environment',
  );
}

const MUTE: EnvironmentStatus = {
  status: 'unavailable',
  reason: `the runtime did not even tell its version within ${PROBE_DEADLINE_MS / 1000} s`,
  log: '',
  launchMs: null,
};

export interface ProbeAllOptions {
  readonly emulated: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SessionEvent) => void;
}

/** Launches every environment once. A platform that does not work is tried once, not once per profile. */
export async function probeAll(
  { drivers, rootfs, home, silent }: Workshop,
  { emulated, signal, onEvent }: ProbeAllOptions,
): Promise<EnvironmentRecord[]> {
  const records: EnvironmentRecord[] = [];
  const failed = new Map<string, EnvironmentStatus>();
  for (const driver of drivers.values()) {
    const { environment } = driver;
    const platform = `${environment.binary} ${environment.platform}`;
    const known = silent.has(environment.binary ?? '') ? MUTE : failed.get(platform);
    const status =
      known ??
      (await probe(driver, {
        id: `probe-${process.pid}-${records.length}`,
        rootfs,
        scratchDir: home.stateDir,
        cgroupName: cgroupName(),
        memoryBytes: PROBE_MEMORY_BYTES,
        cpus: cpus().length,
        deadlineMs: PROBE_DEADLINE_MS * (emulated ? EMULATED_FACTOR : 1),
        ...(signal === undefined ? {} : { signal }),
      }));
    // A profile's own settings can fail a start, but what hangs is the platform.
    const isPlatforms = environment.profile.id === 'default' || status.launchMs === null;
    if (status.status === 'unavailable' && isPlatforms) failed.set(platform, status);
    const record = { ...environment, probe: status };
    records.push(record);
    onEvent?.({ type: 'probed', environment: record });
    if (signal?.aborted) break;
  }
  return records;
}

/** @throws SeebenchError `native-unavailable`: without native there is no ratio, and so nothing to say. */
export function requireNative(records: readonly EnvironmentRecord[]): void {
  const native = records.find(({ id }) => id === 'native');
  if (native?.probe.status === 'unavailable') {
    throw new SeebenchError(
      'native-unavailable',
      `the native sandbox does not run here: ${native.probe.reason}`,
      'run `seebench doctor`, and see docs/setup.md',
    );
  }
}
