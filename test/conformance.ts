import type { Conformance } from '../src/model/index.js';

/** A small result of conform: two environments, everything as it should be. */
export function conformance(change: Partial<Conformance> = {}): Conformance {
  const both = ['native', 'gvisor-systrap'];
  return {
    schemaVersion: 1,
    run: 'r1',
    environments: both.map((id) => ({ id, status: 'available', reason: null })),
    containment: both.map((environment) => ({
      ...{ probe: 'mount', environment, answer: 'contained', expected: 'contained', ok: true, detail: 'EPERM' },
    })),
    proof: [{ probe: 'mount', shown: true, answer: 'allowed', detail: 'success' }],
    unproved: [],
    surface: {
      known: 381,
      cases: ['import-data@smoke'],
      notes: [],
      rows: both.map((environment) => ({
        environment,
        role: environment === 'native' ? 'guest' : 'sentry',
        processes: 1,
        uid: 0,
        capabilities: ['CHOWN'],
        noNewPrivileges: true,
        namespaces: ['pid'],
        intercepted: false,
        filters: 1,
        reach: { always: environment === 'native' ? ['read', 'write', 'mount'] : ['read'], sometimes: ['ioctl'] },
        used: ['read'],
      })),
    },
    limits: both.map((environment) => ({
      ...{ limit: 'open-files', environment, asked: 256, unit: 'files', enforced: 256, answer: 'enforced' },
      ...{ seen: 'EMFILE', afterMs: null, ok: true, reason: null },
    })),
    neighbours: [{ limit: 'memory', environment: 'native', n: 2, slowdown: 1.04, ratios: [1.03, 1.05] }],
    limitHost: { cgroup: 'hybrid', controllers: ['memory'], swapBytes: 0 },
    features: both.map((environment) => ({
      ...{ feature: 'fork', environment, answer: 'works', ok: true, detail: '', launches: 3 },
      ...{ ns: 10, nsLeast: 9, nsMost: 11, ratio: environment === 'native' ? null : 12, low: null, high: null },
    })),
    compat: both.map((environment) => ({
      ...{ suite: 'cpython', environment, modules: 1, tests: 9, passed: environment === 'native' ? 9 : 8 },
      ...{
        failed: environment === 'native' ? 0 : 1,
        skipped: 2,
        onlyHere: environment === 'native' ? [] : ['test.test_fcntl.T.test_64'],
      },
      ...{ onlyNative: [], flaky: 0, unnamed: 0, ms: 1500, answer: environment === 'native' ? 'same' : 'differs' },
      ...{ causes: environment === 'native' ? [] : [{ cause: 'dnotify', tests: 1 }], ok: true },
    })),
    differences: [
      {
        ...{
          suite: 'cpython',
          module: 'test.test_fcntl',
          test: 'test.test_fcntl.T.test_64',
          environment: 'gvisor-systrap',
        },
        ...{ native: 'passed', here: 'failed', flaky: false, cause: 'dnotify', detail: 'OSError: <b>EINVAL</b>' },
      },
    ],
    areas: both.map((environment) => ({
      ...{ area: 'sessions', environment, answer: 'equal', ok: true, digest: null, lacks: [], detail: '' },
    })),
    problems: [],
    ...change,
  };
}
