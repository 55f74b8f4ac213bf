import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';
import type { QuotaSubject } from './quota-ledger.repository.js';

/** A piece of work, as its room knows it. */
export interface Work {
  id: string;
  generation: number;
}

/** Says which pieces of work are still under way. */
type StillUnderWay = (tx: SystemTransaction, work: readonly Work[]) => Promise<readonly Work[]>;

/** Who knows whether the work behind a reservation is still under way. Work that nobody knows of is over when its time is. */
@Injectable()
export class ReservationHolders {
  private readonly holders = new Map<QuotaSubject['kind'], StillUnderWay>();

  register(kind: QuotaSubject['kind'], stillUnderWay: StillUnderWay): void {
    this.holders.set(kind, stillUnderWay);
  }

  async stillUnderWay(tx: SystemTransaction, kind: QuotaSubject['kind'], work: readonly Work[]): Promise<readonly Work[]> {
    return (await this.holders.get(kind)?.(tx, work)) ?? [];
  }
}
