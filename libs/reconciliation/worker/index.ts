export { ReconciliationWorkerModule } from './reconciliation-worker.module.js';
