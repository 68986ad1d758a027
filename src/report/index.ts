export { writeCertificateReport } from './certificate.js';
export { exportText } from './export/index.js';
export { writeReport } from './report.js';
