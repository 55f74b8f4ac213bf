export { QuotaWorkerModule } from './quota-worker.module.js';
