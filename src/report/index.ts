export { writeCertificateReport } from './certificate.js';
export { writeConformReport } from './conform.js';
export { writeExplainReport } from './explain.js';
export { exportText } from './export/index.js';
export { historySentences, writeHistory } from './history.js';
export { writeTuneReport } from './tune.js';
export { writeReport } from './report.js';
