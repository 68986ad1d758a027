export { writeReport } from './report.js';
