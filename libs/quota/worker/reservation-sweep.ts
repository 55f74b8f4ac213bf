import { Injectable } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { type ExpiredReservation, QuotaLedger } from '../quota-ledger.repository.js';
import { Quotas } from '../quotas.service.js';
import { ReservationHolders } from '../reservation-holders.js';

const EVERY_MS = 10_000;
/** Looked at in one transaction. */
const BATCH = 200;
/** Until the reservation of work that goes on is looked at again. */
const PROLONGED_SECONDS = 3_600;

/** Gives back what was set aside for work that is over or gone, and was not closed with it: whoever did it has crashed. */
@Injectable()
export class ReservationSweep extends RegularSweep {
  protected override readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    log: Log,
    private readonly ledger: QuotaLedger,
    private readonly quotas: Quotas,
    private readonly holders: ReservationHolders,
  ) {
    super(log);
  }

  protected async remove(signal: AbortSignal): Promise<Record<string, number>> {
    let reservations = 0;
    for (let found = BATCH; found === BATCH && !signal.aborted; reservations += found)
      found = await this.database.asSystem((tx) => this.batch(tx));
    return { reservations };
  }

  private async batch(tx: SystemTransaction): Promise<number> {
    const expired = await this.ledger.expired(tx, BATCH);
    for (const [kind, ofKind] of Map.groupBy(expired, (reservation) => reservation.kind)) {
      const lasting = await this.holders.stillUnderWay(tx, kind, ofKind);
      const isLasting = (of: ExpiredReservation): boolean =>
        lasting.some(({ id, generation }) => id === of.id && generation === of.generation);
      for (const reservation of ofKind) {
        if (isLasting(reservation)) await this.ledger.prolong(tx, reservation, reservation.resource, PROLONGED_SECONDS);
        else await this.quotas.release(tx, reservation, reservation.resource);
      }
    }
    return expired.length;
  }
}
