export { findCertificate, writeCertificate } from './certificate.js';
export { readShard, writeShard } from './compat.js';
export { CONFORM_FILE, readConformance, writeConformance } from './conform.js';
export { diskError, readPlain, writeText } from './disk.js';
export { readRun, type StoredRun } from './reader.js';
export { linkLatest, resolveRun } from './resolve.js';
export { writeTune } from './tune.js';
export { RunWriter } from './writer.js';
export { exportTable } from './tables.js';
