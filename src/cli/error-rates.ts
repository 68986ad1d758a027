import type { ErrorRates } from '../model/index.js';
import { findCertificate } from '../store/index.js';
import { RESULTS_DIR } from './places.js';

/** What certify found on a host, for those who quote it. */
export async function errorRatesOf(fingerprint: string): Promise<ErrorRates | null> {
  const certificate = await findCertificate(RESULTS_DIR, fingerprint);
  if (certificate === null) return null;
  const { run, falsePositiveRate, power, sentence } = certificate;
  return { certificate: run, falsePositiveRate, power, sentence };
}
