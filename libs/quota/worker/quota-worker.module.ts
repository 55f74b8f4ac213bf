import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { ReservationSweep } from './reservation-sweep.js';
import { WarnHandler } from './warn.handler.js';

/** Tells workspaces what is used up, and gives back what nobody uses; wants the `QuotaModule` and the `MailModule` beside it. */
@Module({ imports: [IdentityModule], providers: [WarnHandler, ReservationSweep] })
export class QuotaWorkerModule {}
