import { describe, expect, it } from 'vitest';
import { callCounts, parseMetrics } from '../../src/study/index.js';

/** Pasted from `runsc --final-metrics-log` of an import of pandas, pyarrow and scikit-learn. */
const FINAL_METRICS = `# Writing data from snapshot containing 9 data points taken at 2026-11-25 16:54:50.413774975 +0000 UTC m=+3.476297212.


# HELP runsc_fs_opens Number of file opens.
# TYPE runsc_fs_opens counter
runsc_fs_opens 1849 1795625690413

# HELP runsc_fs_reads Number of file reads.
# TYPE runsc_fs_reads counter
runsc_fs_reads 3006 1795625690413

# HELP runsc_gofer_opens_host Number of times a file was opened from a gofer and did have a host file descriptor.
# TYPE runsc_gofer_opens_host counter
runsc_gofer_opens_host 1781 1795625690413

# HELP runsc_gofer_reads_host Number of host file reads from a gofer.
# TYPE runsc_gofer_reads_host counter
runsc_gofer_reads_host 2959 1795625690413

# HELP runsc_in_memory_file_opens_w Number of times an in-memory file was opened in write mode.
# TYPE runsc_in_memory_file_opens_w counter
runsc_in_memory_file_opens_w 1 1795625690413

# HELP runsc_netstack_tcp_current_established Number of connections in ESTABLISHED state now.
# TYPE runsc_netstack_tcp_current_established gauge
runsc_netstack_tcp_current_established 0 1795625690413

# HELP runsc_netstack_tcp_current_open Number of connections that are in connected state.
# TYPE runsc_netstack_tcp_current_open gauge
runsc_netstack_tcp_current_open 0 1795625690413

# HELP runsc_sentry_entry_point The method that was used to create the sentry process.
# TYPE runsc_sentry_entry_point counter
runsc_sentry_entry_point{entry_point_type="runsc"} 1 1795625690413

# HELP runsc_unimplemented_syscalls Number of times the application tried to call an unimplemented syscall, broken down by syscall number
# TYPE runsc_unimplemented_syscalls counter
runsc_unimplemented_syscalls{sysno="334"} 2 1795625690413

# End of metric data.
`;
const EXPECTED = {
  runsc_fs_opens: 1849,
  runsc_gofer_opens_host: 1781,
  'runsc_unimplemented_syscalls sysno=334': 2,
  'runsc_sentry_entry_point entry_point_type=runsc': 1,
};

describe('what gVisor counts itself', () => {
  it('is read from its last metrics', () => {
    expect(parseMetrics(FINAL_METRICS)).toMatchObject(EXPECTED);
  });

  it('is bounded, and what is no counter is left out', () => {
    expect(parseMetrics('# HELP x\nrunsc_x{sandbox="a"} NaN\nnonsense\n\u0000 1\n')).toEqual({});
    const many = Array.from({ length: 5000 }, (_, i) => `m${i} 1`).join('\n');
    expect(Object.keys(parseMetrics(many)).length).toBeLessThanOrEqual(2000);
  });
});

describe('counts of processes', () => {
  const of = (pid: number, segment: number, number: number, count: number, firstNs = 1n) => ({
    pid,
    segment,
    number,
    count,
    firstNs,
    lastNs: 9n,
  });

  it('are summed by role, segment by segment; who has no role is left out', () => {
    const counts = [of(1, 1, 0, 5), of(2, 1, 0, 7), of(2, 2, 0, 1), of(3, 1, 0, 100)];
    expect(callCounts(counts, (pid) => (pid === 3 ? null : 'guest'))).toEqual([
      { segment: 1, role: 'guest', number: 0, count: 12 },
      { segment: 2, role: 'guest', number: 0, count: 1 },
    ]);
  });

  it('ask for the role of a process by when it was first seen at all', () => {
    const asked: bigint[] = [];
    callCounts([of(1, 2, 0, 5, 50n), of(1, 1, 0, 5, 10n)], (_, firstNs) => (asked.push(firstNs), 'guest'));
    expect(asked).toEqual([10n]);
  });
});
