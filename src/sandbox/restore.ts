import { mkdirSync } from 'node:fs';
import type { Environment, Platform } from '../model/index.js';
import { EXIT, lastLine, SeebenchError } from '../model/index.js';
import type { LaunchOutput } from '../process/index.js';
import { PROBE_CASE, type Driver, type LaunchRequest } from './driver.js';
import type { OciDriver } from './oci.js';
import type { OciSpec } from './spec.js';

/** A saved sandbox may be larger than its program's memory, on a disk that is busy. */
const CHECKPOINT_DEADLINE_MS = 120_000;

/**
 * Restores sandboxes from snapshots of warm programs. A snapshot belongs to a case; a program that has none, as the probe's,
 * starts from nothing with the same settings.
 */
export class RestoreDriver implements Driver {
  readonly #cold: OciDriver;
  readonly #images = new Map<string, string>();

  constructor(cold: OciDriver) {
    this.#cold = cold;
  }

  get environment(): Environment {
    return this.#cold.environment;
  }

  /** From now on the case's launches are restored from this image. */
  use(caseId: string, dir: string): void {
    this.#images.set(caseId, dir);
  }

  /** The image that the case's launches are restored from; `null` where there is none yet. */
  imageOf(caseId: string): string | null {
    return this.#images.get(caseId) ?? null;
  }

  /** What a snapshot of this launch depends on, as its runtime gets it. */
  specOf(request: LaunchRequest): OciSpec {
    return this.#cold.specOf({ ...request, snapshot: { dir: '', use: 'make' } });
  }

  /**
   * Runs a program up to its warm point and saves it.
   * @param dir is made, and holds the image then
   * @throws SeebenchError `snapshot-failed`
   */
  async make(request: LaunchRequest, dir: string): Promise<void> {
    mkdirSync(dir, { recursive: true });
    let saving: Promise<string | null> | undefined;
    const output = await this.#cold.launch({
      ...request,
      snapshot: { dir, use: 'make' },
      onEvent: ({ text }) => {
        if (text === WARM) saving ??= this.#cold.checkpoint(request.id, dir, CHECKPOINT_DEADLINE_MS);
      },
    });
    const problem = saving === undefined ? `it never came to its warm point: ${said(output)}` : await saving;
    if (problem === null) return;
    throw new SeebenchError(
      'snapshot-failed',
      `no snapshot of ${request.guest.caseId} can be made in ${this.environment.id}: ${problem}`,
      'leave the environment out, or see docs/restore.md',
      EXIT.userAction,
    );
  }

  /** @throws SeebenchError `no-snapshot`: a measured start is never a cold one */
  launch(request: LaunchRequest): Promise<LaunchOutput> {
    const { caseId } = request.guest;
    if (caseId === PROBE_CASE) return this.#cold.launch(request);
    const dir = this.#images.get(caseId);
    if (dir !== undefined) return this.#cold.launch({ ...request, snapshot: { dir, use: 'restore' } });
    throw new SeebenchError(
      'no-snapshot',
      `there is no snapshot of ${caseId} to start ${this.environment.id} from`,
      'only `run`, `resume`, `tune`, `density` and the blocks of `gate --measure` make snapshots: leave the environment out here (docs/restore.md)',
      EXIT.userAction,
    );
  }

  remove(id: string): Promise<void> {
    return this.#cold.remove(id);
  }

  observePlatform(pids: readonly number[]): Platform | null {
    return this.#cold.observePlatform(pids);
  }
}

/** What the guest module says at the warm point (`workloads/_guest/seebench_restore.py`). */
export const WARM = '{"e":"warm"}';

function said({ stderr, stdout }: LaunchOutput): string {
  return lastLine(stderr) || lastLine(stdout) || 'it said nothing';
}
