export { writeCertificateReport } from './certificate.js';
export { exportText } from './export/index.js';
export { historySentences, writeHistory } from './history.js';
export { writeReport } from './report.js';
