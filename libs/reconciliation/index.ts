export { ReconciliationModule } from './reconciliation.module.js';
export { type LedgerFinding, Reconciliation } from './reconciliation.service.js';
