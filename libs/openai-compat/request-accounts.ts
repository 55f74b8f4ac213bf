import { Injectable } from '@nestjs/common';
import { Database, type WorkspaceTransaction } from '#database';
import { Quotas, type QuotaSubject, type SharedPart } from '#quota';
import { type ProviderCall, UsageRecords } from '#usage';
import { Batches } from './batches.js';
import { newId } from './new-id.js';

/** A call has an end before that; then what was set aside is given back by whoever looks after reservations. */
const RESERVED_SECONDS = 900;

const BOOKED = { kind: 'request', resource: 'transcription' } as const;

/** A request that begins, with what it will take in milliseconds, or one that was answered. */
type Booking = { wanted: SharedPart } | { answered: ProviderCall; part: SharedPart };

/**
 * What requests take of the quota. What happens in a workspace at the same moment is booked together, in one transaction: each would wait
 * for the same row otherwise, one commit after the other.
 */
@Injectable()
export class RequestAccounts {
  private readonly bookings = new Batches<Booking, SharedPart>((workspaceId, items) => this.book(workspaceId, items));

  constructor(
    private readonly database: Database,
    private readonly quotas: Quotas,
    private readonly usage: UsageRecords,
  ) {}

  /**
   * Sets aside what a request will take.
   * @returns its part, to be ended by `settle` or `end`
   * @throws FieldError quota_exceeded
   */
  async reserve({ workspaceId, id }: QuotaSubject, seconds: number): Promise<SharedPart> {
    return this.bookings.add(workspaceId, { wanted: { id, reservation: id, amount: Math.round(1_000 * seconds) } });
  }

  /** Writes down an answered call, and counts what it took: one transaction. */
  async settle(call: ProviderCall, part: SharedPart): Promise<void> {
    await this.bookings.add(call.workspaceId, { answered: call, part });
  }

  /** Counts what a request took in somebody else's transaction; nothing: gives its part back. Does nothing once it was ended. */
  async end(tx: WorkspaceTransaction, part: SharedPart, used: number): Promise<void> {
    await this.quotas.end(tx, BOOKED, { ...part, used });
  }

  private async book(workspaceId: string, items: readonly Booking[]): Promise<Promise<SharedPart>[]> {
    const wanted = items.flatMap((item) => ('wanted' in item ? [item.wanted] : []));
    const answered = items.flatMap((item) => ('answered' in item ? [item] : []));
    const calls = answered.map((item) => item.answered);
    const together = { id: newId(), amount: wanted.reduce((sum, { amount }) => sum + amount, 0), seconds: RESERVED_SECONDS };
    const isReserved = await this.quotas.book(this.database, workspaceId, {
      ...BOOKED,
      wanted: wanted.length > 0 ? together : undefined,
      ended: answered.map(({ part }) => ({ ...part, used: part.amount })),
      besides: calls.length > 0 ? [this.usage.recordMany(workspaceId, calls)] : [],
    });
    this.usage.count(calls);
    const alone = isReserved ? [] : this.reserveOneByOne(workspaceId, wanted);
    return items.map((item) => {
      if ('answered' in item) return Promise.resolve(item.part);
      return alone[wanted.indexOf(item.wanted)] ?? Promise.resolve({ ...item.wanted, reservation: together.id });
    });
  }

  /** Those for whom something is left get it, in the order they came. */
  private reserveOneByOne(workspaceId: string, wanted: readonly SharedPart[]): Promise<SharedPart>[] {
    const reserved: Promise<SharedPart>[] = [];
    for (const part of wanted) {
      const before = reserved.at(-1) ?? Promise.resolve();
      reserved.push(before.catch(() => undefined).then(() => this.reserveAlone(workspaceId, part)));
    }
    return reserved;
  }

  private async reserveAlone(workspaceId: string, part: SharedPart): Promise<SharedPart> {
    const subject = { workspaceId, kind: BOOKED.kind, id: part.id };
    const amounts = { transcription: part.amount };
    await this.database.inWorkspace(workspaceId, (tx) => this.quotas.reserve(tx, subject, amounts, RESERVED_SECONDS));
    return part;
  }
}
