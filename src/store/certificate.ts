import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SCHEMA_VERSION, type Certificate } from '../model/index.js';
import { readPlain, writeText } from './disk.js';

export const CERTIFICATE_FILE = 'certificate.json';

const share = z.number().min(0).max(1);
const rate = { value: share, low: share, high: share };
const power = z.object({
  kind: z.enum(['cpu', 'syscall', 'fault']),
  case: z.string(),
  environment: z.string(),
  slowdown: z.number(),
  achieved: z.number(),
  blocks: z.number(),
  ...rate,
});
/** What others read of a certificate; the rest is for people and charts. */
const schema = z.looseObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  run: z.string(),
  madeAtMs: z.number(),
  fingerprint: z.string(),
  falsePositiveRate: z.object({ ...rate, comparisons: z.number(), independentTrials: z.number() }),
  power: z.array(power),
  // It is printed on terminals.
  sentence: z
    .string()
    .max(1000)
    .regex(/^\P{Cc}*$/u),
});

/** Stores what certify found beside the trials it was found with. @throws SeebenchError `disk-full` */
export async function writeCertificate(dir: string, certificate: Certificate): Promise<void> {
  await writeText(join(dir, CERTIFICATE_FILE), `${JSON.stringify(certificate, null, 2)}\n`);
}

/**
 * The newest certificate of a host among all results; `null` where there is none. One that cannot be read is none.
 * @param fingerprint id of the host's fingerprint: another host errs at other rates
 */
export async function findCertificate(resultsDir: string, fingerprint: string): Promise<Certificate | null> {
  const names = await readdir(resultsDir).catch(() => []);
  let newest: Certificate | null = null;
  // One by one: thousands of runs must not be thousands of open files.
  for (const name of names) {
    const one = await readCertificate(join(resultsDir, name));
    if (one?.fingerprint === fingerprint && one.madeAtMs > (newest?.madeAtMs ?? -Infinity)) newest = one;
  }
  return newest;
}

/** The certificate of a run's directory; `null` where there is none, or none that can be read. */
async function readCertificate(dir: string): Promise<Certificate | null> {
  try {
    const value: unknown = JSON.parse(String(await readPlain(join(dir, CERTIFICATE_FILE))));
    return schema.safeParse(value).success ? (value as Certificate) : null;
  } catch {
    return null;
  }
}
