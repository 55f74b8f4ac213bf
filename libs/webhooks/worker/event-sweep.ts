import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { DeliveriesRepository } from '../deliveries.repository.js';

/** How long events can be replayed. */
const KEPT_DAYS = 30;
/** Removed in one transaction, or taken up in one sweep. */
const BATCH = 500;

/** Forgets old events and what became of them. */
@Injectable()
export class EventSweep extends RegularSweep {
  constructor(
    private readonly database: Database,
    log: Log,
    private readonly deliveries: DeliveriesRepository,
  ) {
    super(log);
  }

  protected async remove(signal: AbortSignal): Promise<Record<string, number>> {
    let events = 0;
    for (let removed = BATCH; removed === BATCH && !signal.aborted; events += removed)
      removed = await this.database.asSystem((tx) => this.deliveries.forget(tx, KEPT_DAYS, BATCH));
    return { events };
  }
}
