export { writeCertificateReport } from './certificate.js';
export { changeSentences } from './changes.js';
export { writeChangesReport } from './changes-page.js';
export { writeConformReport } from './conform.js';
export { exportText } from './export/index.js';
export { historySentences, writeHistory } from './history.js';
export { writeTuneReport } from './tune.js';
export { writeReport } from './report.js';
export { writeVmasReport } from './vmas.js';
