export { FiguresAccess } from './figures-access.js';
export { HealthModule } from './health.module.js';
export { type DetailedHealth, type Health, HealthReports } from './health-reports.js';
