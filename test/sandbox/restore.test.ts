import { describe, expect, it } from 'vitest';
import { RestoreDriver, runscDriver } from '../../src/sandbox/index.js';
import type { OciDriver } from '../../src/sandbox/oci.js';
import { environment, home, request, scratch } from './fixture.js';

describe('an environment that starts from snapshots', () => {
  it('never starts a case cold: its times would be those of another environment', () => {
    const driver = new RestoreDriver(runscDriver(environment('gvisor-systrap'), home(scratch())) as OciDriver);
    const launch = () => driver.launch(request('t1-0'));
    expect(launch).toThrow(expect.objectContaining({ code: 'no-snapshot' }) as Error);
  });
});
