import { Global, Module } from '@nestjs/common';
import { ProductEventsModule } from '#webhooks';
import { Plans } from './plans.js';
import { QuotaLedger } from './quota-ledger.repository.js';
import { QuotaPeriods } from './quota-periods.repository.js';
import { QuotaWarnings } from './quota-warnings.js';
import { Quotas } from './quotas.service.js';
import { ReservationHolders } from './reservation-holders.js';
import { SharedReservations } from './shared-reservations.js';

/** What workspaces may use, for every room that uses something. */
@Global()
@Module({
  imports: [ProductEventsModule],
  providers: [Plans, QuotaPeriods, QuotaLedger, QuotaWarnings, SharedReservations, Quotas, ReservationHolders],
  exports: [Plans, QuotaPeriods, QuotaLedger, QuotaWarnings, Quotas, ReservationHolders],
})
export class QuotaModule {}
