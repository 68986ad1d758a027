export { writeCertificateReport } from './certificate.js';
export { writeReport } from './report.js';
