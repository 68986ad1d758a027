export { writeReport, type WrittenReport } from './report.js';
