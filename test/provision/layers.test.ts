import { describe, expect, test } from 'vitest';
import { bytesFor, findMissing, hostNeeds } from '../../src/provision/missing.js';
import type { ProvisionRequest } from '../../src/provision/request.js';
import { BUILD_BYTES } from '../../src/provision/space.js';
import { scratch } from './scratch.js';

const request = (change: Partial<ProvisionRequest> = {}): ProvisionRequest => ({
  parts: ['rootfs', 'erofs'],
  data: [],
  runsc: {},
  allowInstall: false,
  ...change,
});
const cache = scratch();
const missing = (change: Partial<ProvisionRequest>) => findMissing(request(change), null, cache);

describe('layers', () => {
  test('are not missed unless a workload asks', () => {
    expect(missing({})).toMatchObject({ layers: [], layerImages: [] });
  });

  test('are missed once each, with their images, and have their room counted', () => {
    const base = missing({});
    const both = missing({ layers: ['node', 'java', 'node'] });
    expect(both).toMatchObject({ layers: ['node', 'java'], layerImages: ['node', 'java'] });
    expect(bytesFor(both) - bytesFor(base)).toBe(2 * (BUILD_BYTES.layer + BUILD_BYTES.layerImage));
  });

  test('need no image where no environment wants one, and none in a tree of the user’s', () => {
    expect(missing({ parts: ['rootfs'], layers: ['node'] }).layerImages).toEqual([]);
    const own = request({ layers: ['java'], rootfs: '/own' });
    const found = findMissing(own, null, cache);
    expect(found).toMatchObject({ rootfs: false, layers: ['java'], layerImages: [] });
    // The compiler is Debian's, whoever brought the tree that programs run in.
    expect(hostNeeds(own, found).map(({ what }) => what)).toContain('mmdebstrap');
  });
});
