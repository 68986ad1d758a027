export { writeCertificateReport } from './certificate.js';
export { writeConformReport } from './conform.js';
export { exportText } from './export/index.js';
export { historySentences, writeHistory } from './history.js';
export { writeCliffReport } from './cliffs.js';
export { writeTuneReport } from './tune.js';
export { writeReport } from './report.js';
