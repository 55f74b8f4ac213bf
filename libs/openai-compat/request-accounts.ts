import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type ManyWorks, Quotas, type QuotaSubject } from '#quota';
import { type ProviderCall, UsageRecords } from '#usage';
import { Batches } from './batches.js';

/** A call has an end before that; then what was set aside is given back by whoever looks after reservations. */
const RESERVED_SECONDS = 900;

interface Reservation {
  id: string;
  milliseconds: number;
}

/**
 * What requests take of the quota. Requests of a workspace at the same moment are booked together: each would wait for the same row
 * otherwise, one commit after the other.
 */
@Injectable()
export class RequestAccounts {
  private readonly reservations = new Batches<Reservation, void>((workspaceId, wanted) => this.reserveAll(workspaceId, wanted));
  private readonly settlements = new Batches<ProviderCall, void>((workspaceId, calls) => this.settleAll(workspaceId, calls));

  constructor(
    private readonly database: Database,
    private readonly quotas: Quotas,
    private readonly usage: UsageRecords,
  ) {}

  /**
   * Sets aside what a request will take.
   * @throws FieldError quota_exceeded
   */
  async reserve({ workspaceId, id }: QuotaSubject, seconds: number): Promise<void> {
    await this.reservations.add(workspaceId, { id, milliseconds: Math.round(1_000 * seconds) });
  }

  /** Writes down an answered call, and counts what it took: one transaction. */
  async settle(call: ProviderCall): Promise<void> {
    await this.settlements.add(call.workspaceId, call);
  }

  private async reserveAll(workspaceId: string, wanted: readonly Reservation[]): Promise<Promise<void>[]> {
    const works = manyOf(wanted.map(({ id, milliseconds }) => ({ id, amount: milliseconds })));
    if (await this.quotas.reserveMany(this.database, workspaceId, works, RESERVED_SECONDS))
      return wanted.map(() => Promise.resolve());
    const outcomes: PromiseSettledResult<void>[] = [];
    for (const { id, milliseconds } of wanted) {
      const reserved = this.database.inWorkspace(workspaceId, (tx) =>
        this.quotas.reserve(tx, { workspaceId, kind: works.kind, id }, { transcription: milliseconds }, RESERVED_SECONDS),
      );
      outcomes.push(...(await Promise.allSettled([reserved])));
    }
    return outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? Promise.resolve() : Promise.reject(outcome.reason as Error),
    );
  }

  private async settleAll(workspaceId: string, calls: readonly ProviderCall[]): Promise<Promise<void>[]> {
    const works = manyOf(
      calls.map(({ subjectId, audioSeconds }) => ({ id: subjectId, amount: Math.round(1_000 * audioSeconds) })),
    );
    await this.quotas.settleMany(this.database, workspaceId, works, this.usage.recordMany(workspaceId, calls));
    this.usage.count(calls);
    return calls.map(() => Promise.resolve());
  }
}

function manyOf(works: ManyWorks['works']): ManyWorks {
  return { kind: 'request', resource: 'transcription', works };
}
