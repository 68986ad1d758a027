import { describe, expect, it } from 'vitest';
import { openedSpec } from '../../src/sandbox/opened.js';

describe('an opened sandbox', () => {
  const spec = openedSpec(
    {
      hostname: 'sandbox',
      root: { path: '/tree', readonly: true },
      process: { args: ['x'], noNewPrivileges: true, capabilities: { bounding: [] } },
      mounts: [
        { destination: '/proc', type: 'proc' },
        { destination: '/sys', type: 'sysfs', options: ['nosuid', 'ro'] },
      ],
      linux: {
        cgroupsPath: '/c',
        resources: { memory: { limit: 1 } },
        namespaces: [{ type: 'pid' }, { type: 'network' }, { type: 'mount' }],
        seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
        maskedPaths: ['/proc/kcore'],
        readonlyPaths: ['/proc/sys'],
      },
    },
    '/tmp/dir',
  ) as unknown as {
    readonly process: { readonly noNewPrivileges: boolean; readonly capabilities: Record<string, string[]> };
    readonly mounts: { readonly destination: string; readonly options?: string[] }[];
    readonly linux: Record<string, unknown>;
    readonly root: unknown;
  };

  it('has its protections off', () => {
    expect(spec.process.noNewPrivileges).toBe(false);
    expect(spec.process.capabilities['effective']).toEqual(spec.process.capabilities['bounding']);
    for (const gone of ['seccomp', 'maskedPaths', 'readonlyPaths']) expect(spec.linux).not.toHaveProperty(gone);
    expect(spec.mounts.find(({ destination }) => destination === '/sys')!.options).toEqual(['nosuid']);
    expect(spec).not.toHaveProperty('hostname');
  });

  it('keeps its mounts, its limits and its cgroup to itself, and a root that nobody writes to', () => {
    expect(spec.linux['namespaces']).toEqual([{ type: 'mount' }]);
    expect(spec.linux['resources']).toMatchObject({ memory: { limit: 1 } });
    expect(spec.linux['cgroupsPath']).toBe('/c');
    expect(spec.root).toEqual({ path: '/tree', readonly: true });
    expect(spec.mounts.find(({ destination }) => destination === '/tmp/dir')!.options).toContain('ro');
  });
});
