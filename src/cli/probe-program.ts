import type { Case, Workload } from '../model/index.js';
import { PROBES_DIR } from './places.js';

/** A program of `probes/` that parts of `conform` run in sandboxes. */
interface ProbeProgram extends Pick<Workload, 'id' | 'title' | 'description'> {
  /** Its file's name. */
  readonly program: string;
  /** Where it lies, if not in `probes/`. */
  readonly dir?: string;
}

/** The program as a workload: one that nobody measures, of one size. */
export function probeProgram({ program, dir = PROBES_DIR, ...named }: ProbeProgram, spec: Case['spec']): Workload {
  return {
    ...named,
    class: 'system',
    dir,
    command: ['/usr/bin/python3', `/workload/${program}`],
    headline: 'wall_ns',
    workUnit: null,
    digest: false,
    needs: { modules: [], files: ['/usr/bin/python3'] },
    sizes: { smoke: spec, quick: spec, full: spec },
  };
}
