export { CallQuotas } from './call-quotas.js';
export { Plans } from './plans.js';
export { quotaErrors } from './quota.errors.js';
export { exceeded, inWords, nameOf, refusedForGood, shown, UNITS } from './quota-amounts.js';
export { type LedgerDisagreement, QuotaLedger, type QuotaSubject } from './quota-ledger.repository.js';
export { QuotaModule } from './quota.module.js';
export type { Standing } from './quota-periods.repository.js';
export { type Amounts, Quotas } from './quotas.service.js';
export { ReservationHolders, type Work } from './reservation-holders.js';
