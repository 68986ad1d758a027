import type { Layer } from '../model/index.js';
import type { LockedTool } from './tools.js';
import type { ProvidedData } from './data.js';
import type { ProvidedHelpers } from './helpers.js';
import type { JavaProgram } from './java.js';
import type { ProvidedLayer } from './layers.js';
import type { ProvidedRootfs } from './rootfs.js';
import type { ProvidedRunc } from './runc.js';
import type { ProvidedRunsc, RunscRequest } from './runsc.js';

/** `packages`: what the other parts need of the host is installed; without it a missing package is an error. */
export type Part = 'packages' | 'runc' | 'runsc' | 'rootfs' | 'erofs' | 'helpers' | 'data';

export interface ProvisionRequest {
  /** What is needed; `erofs` needs `rootfs`. */
  readonly parts: readonly Part[];
  /** Names of data sets; used with the part `data`. */
  readonly data: readonly string[];
  readonly runsc: RunscRequest;
  /** A user's own tree instead of ours. */
  readonly rootfs?: string;
  /** Root file systems of other languages; they get an image, too, where `erofs` is a part. */
  readonly layers?: readonly Layer[];
  /** Java programs to compile; it takes the layer `java`. */
  readonly java?: readonly JavaProgram[];
  /** Whether packages may be installed with apt-get; it takes root too. */
  readonly allowInstall: boolean;
  /** Programs for development: the linter of Python, a browser for the tests of pages, what packs a release for them; and what `conform` gives to sandboxes. */
  readonly tools?: readonly (LockedTool | 'benchstat' | 'chromium' | 'bzip2' | 'python-tests')[];
}

/** What is there now. A part that was not asked for throws when it is read. */
export interface Provisioned {
  readonly runc: ProvidedRunc;
  readonly runsc: ProvidedRunsc;
  readonly rootfs: ProvidedRootfs;
  readonly helpers: ProvidedHelpers;
  /** By name. */
  readonly data: Readonly<Record<string, ProvidedData>>;
  /** Those that were asked for. */
  readonly layers: Readonly<Partial<Record<Layer, ProvidedLayer>>>;
  /** Directory of each program's `main.jar`, by the program's name. */
  readonly java: Readonly<Record<string, string>>;
  /** Absolute paths of the asked tools' programs, by name. */
  readonly tools: Readonly<Record<string, string>>;
}
