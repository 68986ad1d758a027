import { SeebenchError, type Layer } from '../model/index.js';
import { DATA_SETS, presentData } from './data.js';
import { presentLayer } from './layers.js';
import { HOST_NEEDS, type HostNeed } from './packages.js';
import { presentErofs } from './rootfs.js';
import { presentRootfs } from './rootfs-build.js';
import type { WantedRunsc } from './runsc.js';
import type { ProvisionRequest } from './request.js';
import { BUILD_BYTES } from './space.js';
import { presentBenchstat } from './benchstat.js';
import { presentPythonTests } from './python-tests.js';
import { isLockedTool, presentTool } from './tools.js';

/** What of a request is not there yet; found out without running or downloading anything. */
export interface Missing {
  /** How runsc will be brought; `null` when it is there, or not wanted. */
  readonly runsc: 'build' | 'release' | null;
  readonly rootfs: boolean;
  readonly erofs: boolean;
  readonly layers: readonly Layer[];
  /** Layers without their image. */
  readonly layerImages: readonly Layer[];
  readonly data: readonly string[];
  readonly tools: readonly string[];
}

/** @throws SeebenchError `unknown-data` for a data set that is none of ours. */
export function findMissing(request: ProvisionRequest, runsc: WantedRunsc | null, cache: string): Missing {
  const unknown = request.data.find((name) => !DATA_SETS.includes(name));
  if (unknown !== undefined) {
    throw new SeebenchError(
      'unknown-data',
      `no data set ${unknown.slice(0, 100)}`,
      `in a workload's manifest, name one of ${DATA_SETS.join(', ')}`,
    );
  }
  const rootfs = presentRootfs(cache);
  const erofs = request.rootfs === undefined && rootfs !== null && presentErofs(rootfs.facts.digest, cache) !== null;
  const layers = [...new Set(request.layers)];
  const withImage = request.parts.includes('erofs') && request.rootfs === undefined ? layers : [];
  const hasImage = (layer: Layer): boolean => {
    const tree = presentLayer(layer, cache);
    return tree !== null && presentErofs(tree.facts.digest, cache) !== null;
  };
  return {
    runsc: runsc === null || runsc.kind === 'path' || runsc.entry !== null ? null : runsc.kind,
    rootfs: request.parts.includes('rootfs') && request.rootfs === undefined && rootfs === null,
    erofs: request.parts.includes('erofs') && !erofs,
    layers: layers.filter((layer) => presentLayer(layer, cache) === null),
    layerImages: withImage.filter((layer) => !hasImage(layer)),
    data: request.parts.includes('data') ? request.data.filter((name) => presentData(name, cache) === null) : [],
    tools: (request.tools ?? []).filter(
      (name) =>
        (isLockedTool(name)
          ? presentTool(name, cache)
          : name === 'benchstat'
            ? presentBenchstat(cache)
            : name === 'python-tests'
              ? presentPythonTests(cache)
              : 'the host’s') === null,
    ),
  };
}

/** Room on the disk that bringing all of it takes at most, bytes. */
export function bytesFor(missing: Missing): number {
  const data = missing.data.map((name) => BUILD_BYTES.data + BUILD_BYTES.dataPerScale * scale(name));
  const tools = missing.tools.map(() => BUILD_BYTES.tool);
  return [
    missing.runsc === 'build' ? BUILD_BYTES.runsc : 0,
    missing.runsc === 'release' ? BUILD_BYTES.release : 0,
    missing.rootfs ? BUILD_BYTES.rootfs : 0,
    missing.erofs ? BUILD_BYTES.erofs : 0,
    missing.layers.length * BUILD_BYTES.layer,
    missing.layerImages.length * BUILD_BYTES.layerImage,
    ...data,
    ...tools,
  ].reduce((sum, bytes) => sum + bytes, 0);
}

/** What the host must have for the request: what runs later, and what brings the missing parts. */
export function hostNeeds(request: ProvisionRequest, missing: Missing): HostNeed[] {
  const pip = missing.runsc === 'build' || missing.rootfs || missing.data.length + missing.tools.length > 0;
  const debian = missing.rootfs || missing.layers.length > 0 || missing.tools.includes('python-tests');
  return [
    ...(request.parts.includes('runc') ? [HOST_NEEDS.runc] : []),
    ...(request.parts.includes('helpers') ? [HOST_NEEDS.compiler, HOST_NEEDS.libc] : []),
    ...(pip ? [HOST_NEEDS.certificates, HOST_NEEDS.pip] : []),
    ...(debian ? [HOST_NEEDS.mmdebstrap, HOST_NEEDS.keyring] : []),
    ...(request.parts.includes('erofs') ? [HOST_NEEDS.erofs] : []),
    ...(missing.runsc === 'release' || request.tools?.includes('bzip2') === true ? [HOST_NEEDS.bzip2] : []),
    ...(request.tools?.includes('chromium') === true ? [HOST_NEEDS.chromium] : []),
  ];
}

/** Scale factor of a TPC-H data set; 0 for others. */
function scale(name: string): number {
  const match = /^tpch-sf([\d.]+)$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}
