import { describe, expect, it } from 'vitest';
import { rootlessFacts } from '../../src/host/index.js';
import { rootlessLines, type RootlessReading } from '../../src/host/rootless.js';

const OPEN: RootlessReading = {
  maxUserNamespaces: '95934',
  unprivilegedClone: '1',
  apparmorRestricts: null,
  kvm: true,
  controllers: ['memory', 'pids'],
};

describe('what is possible without root', () => {
  it('is sandboxes, where user namespaces are on', () => {
    expect(rootlessLines(OPEN).slice(0, 3)).toEqual([
      'user namespaces can be used: runc and `runsc --rootless` can start sandboxes',
      '/dev/kvm can be opened',
      'cgroup controllers delegated to this user: memory, pids',
    ]);
  });

  it.each([
    [{ maxUserNamespaces: null }, 'this kernel has none'],
    [{ maxUserNamespaces: '0' }, 'max_user_namespaces'],
    [{ unprivilegedClone: '0' }, 'unprivileged_userns_clone'],
    [{ apparmorRestricts: '1' }, 'apparmor_restrict_unprivileged_userns'],
  ])('is nothing with %o, and the switch is named', (change, named) => {
    const [first] = rootlessLines({ ...OPEN, ...change });
    expect(first).toContain('no sandbox can be started');
    expect(first).toContain(named);
  });

  it('says what goes missing without KVM and cgroups, also on this host', () => {
    const lines = rootlessLines({ ...OPEN, kvm: false, controllers: [] });
    expect(lines[1]).toContain('the platform kvm is not possible');
    expect(lines[2]).toContain('memory limits are not enforced');
    expect(rootlessFacts()).toHaveLength(lines.length);
  });
});
