/**
 * LightGBM's training by number of threads on a machine with 8 cores (c6gd.2xlarge, ARM), seconds, as a user of gVisor published it on
 * 2025-02-03: google/gvisor issue 11431. Never measured by seebench.
 */
export const PUBLISHED_CLIFF = {
  source: 'https://github.com/google/gvisor/issues/11431',
  cpus: 8,
  rows: [
    { threads: 1, native: 4.42, systrap: 9.5, ptrace: 44.09 },
    { threads: 2, native: 4.16, systrap: 13.14, ptrace: 68.04 },
    { threads: 4, native: 4.07, systrap: 12.82, ptrace: 60.33 },
    { threads: 7, native: 4.71, systrap: 15.28, ptrace: 51.4 },
    { threads: 8, native: 5.62, systrap: 361.35, ptrace: 56.54 },
    { threads: 9, native: 31.25, systrap: 35.37, ptrace: 164.59 },
    { threads: 10, native: 34.31, systrap: 34.99, ptrace: 178.73 },
  ],
} as const;
