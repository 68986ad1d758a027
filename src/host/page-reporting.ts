import { readdirSync } from 'node:fs';
import type { Setting } from '../model/index.js';
import { readKernelFile } from './read.js';

/** From which order on free memory is reported: 2^order pages. */
export const REPORTING_ORDER = '/sys/module/page_reporting/parameters/page_reporting_order';
/** No free piece of memory is that large (MAX_PAGE_ORDER is 10). */
const NOTHING = 11;
const DEVICES = '/sys/bus/virtio/devices';
/** Device number of a balloon, and the bit of its features by which free pages are reported (VIRTIO_BALLOON_F_REPORTING, virtio 1.2, 5.5.3). */
const BALLOON = '0x0005';
const REPORTING = 5;

/**
 * Whether this virtual machine gives free memory back to its hypervisor. Whoever takes such memory again waits for the hypervisor, page by page:
 * it is no cost of the program that touches it, and not the same for both sides, as large pieces are given back and single pages hardly.
 */
export function reportsFreePages(): boolean {
  const order = readKernelFile(REPORTING_ORDER);
  return order !== null && Number(order) < NOTHING && balloonReports();
}

function balloonReports(): boolean {
  try {
    return readdirSync(DEVICES).some(
      (name) =>
        readKernelFile(`${DEVICES}/${name}/device`) === BALLOON &&
        readKernelFile(`${DEVICES}/${name}/features`)?.[REPORTING] === '1',
    );
  } catch {
    return false;
  }
}

/** What to set so that no memory is given back; empty where none is. */
export function withoutReporting(): readonly Setting[] {
  return reportsFreePages() ? [{ name: REPORTING_ORDER, value: String(NOTHING), reason: 'free memory stays' }] : [];
}
