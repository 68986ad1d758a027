import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case, Layer, Workload } from '../model/index.js';
import type { Provisioned, ProvisionRequest } from '../provision/index.js';
import type { Rootfs } from '../sandbox/index.js';
import { digestOfDirectory } from './digest.js';
import { GUEST_DIR } from './places.js';

/** The guest module's Java sources; they are compiled into every Java program. */
const GUEST_JAVA_DIR = join(GUEST_DIR, 'java');

/** What set-up has to bring for cases in other languages than Python. A user's own tree stands for all layers but the compiler. */
export function languagesOf(
  cases: readonly Case[],
  rootfs: string | undefined,
): Required<Pick<ProvisionRequest, 'layers' | 'java'>> {
  const workloads = workloadsOf(cases);
  const java = workloads.filter(({ layer }) => layer === 'java');
  const wanted = new Set(workloads.flatMap(({ layer }) => (layer ? [layer] : [])));
  return {
    layers: [...wanted].filter((layer) => rootfs === undefined || layer === 'java'),
    java: java.map(({ id, dir }) => ({ name: id, dirs: [GUEST_JAVA_DIR, dir] })),
  };
}

/** What trials of cases in other languages get; see `TrialContext`. */
export interface Languages {
  readonly layers: Readonly<Partial<Record<Layer, Rootfs>>>;
  readonly kits: Readonly<Record<string, string>>;
  readonly digests: Readonly<Record<string, string>>;
}

/** @param own whether the root file system is the user's own: then everything runs in it */
export function languagesIn(cases: readonly Case[], provisioned: Provisioned, own: boolean): Languages {
  const layers: Partial<Record<Layer, Rootfs>> = {};
  const kits: Record<string, string> = {};
  const digests: Record<string, string> = {};
  for (const { id, layer } of workloadsOf(cases)) {
    if (!layer) continue;
    const { dir, erofs } = own ? provisioned.rootfs : provisioned.layers[layer]!;
    layers[layer] = { dir, erofs };
    kits[id] = layer === 'java' ? provisioned.java[id]! : tinybench();
    if (!own) digests[`layer/${layer}`] = provisioned.layers[layer]!.digest;
    else if (layer === 'java') digests['compiler/java'] = provisioned.layers.java!.digest;
    if (layer === 'node') digests['code/tinybench'] ??= digestOfDirectory(kits[id]);
  }
  return { layers, kits, digests };
}

function workloadsOf(cases: readonly Case[]): Workload[] {
  return [...new Set(cases.map(({ workload }) => workload))];
}

/** The program’s own copy, which its lock file pins: the directory of its `package.json` and `dist/index.js`. */
function tinybench(): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve('tinybench'))));
}
