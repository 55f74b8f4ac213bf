import { Injectable } from '@nestjs/common';
import {
  type Database,
  QUOTA_RESOURCES,
  type QuotaResource,
  type Statement,
  type Transaction,
  type WorkspaceTransaction,
} from '#database';
import { exceeded } from './quota-amounts.js';
import { QuotaLedger, type QuotaSubject } from './quota-ledger.repository.js';
import { QuotaPeriods, type Standing } from './quota-periods.repository.js';
import { QuotaWarnings } from './quota-warnings.js';
import { type EndedPart, SharedReservations } from './shared-reservations.js';

/** What a piece of work takes of each resource, in the units of the ledger: bytes, milliseconds, calls, tokens. */
export type Amounts = Partial<Record<QuotaResource, number>>;

/** What happens in a workspace at one moment, of one kind of work and one resource. */
export interface Bookings {
  kind: QuotaSubject['kind'];
  resource: QuotaResource;
  /** What works that begin take together. @see SharedReservation */
  wanted?: { id: string; amount: number; seconds: number };
  ended: readonly EndedPart[];
  /** What is written of those, in the same transaction. */
  besides: readonly Statement[];
}

/** What work may take at most until somebody looks after its reservation. */
const RESERVED_SECONDS = 3_600;

/**
 * What workspaces may use. All within the caller's transaction: what it reserves, settles or gives back commits with the work itself,
 * and with nothing else. Rows of quotas are locked last of all, and always in the order of `QUOTA_RESOURCES`.
 */
@Injectable()
export class Quotas {
  constructor(
    private readonly periods: QuotaPeriods,
    private readonly ledger: QuotaLedger,
    private readonly warnings: QuotaWarnings,
    private readonly shared: SharedReservations,
  ) {}

  /**
   * Sets aside what work will take: all of it or, when it is refused, nothing. Once for each subject and generation.
   * @param seconds until it is given back, unless the work is still under way then
   * @throws FieldError quota_exceeded
   */
  async reserve(tx: Transaction, subject: QuotaSubject, amounts: Amounts, seconds = RESERVED_SECONDS): Promise<void> {
    if (await this.ledger.reserveAtOnce(tx, subject, inOrder(amounts), seconds)) return;
    await this.reserveOneByOne(tx, subject, amounts, seconds);
  }

  /** Begins periods where need be, and says which quota is spent. */
  private async reserveOneByOne(tx: Transaction, subject: QuotaSubject, amounts: Amounts, seconds: number): Promise<void> {
    // So that a refusal leaves nothing behind in a transaction that goes on.
    await tx.execute('SAVEPOINT before_reservation');
    for (const [resource, amount] of inOrder(amounts)) {
      const taken = await this.periods.take(tx, subject.workspaceId, resource, { reserved: amount });
      if (taken === null) {
        await tx.execute('ROLLBACK TO SAVEPOINT before_reservation');
        throw exceeded(await this.periods.look(tx, subject.workspaceId, resource), amount);
      }
      await this.ledger.reserve(tx, subject, { resource, startsAt: taken.startsAt, amount, seconds });
    }
    await tx.execute('RELEASE SAVEPOINT before_reservation');
  }

  /**
   * Makes a reservation as large as the work turned out to be. Once for each subject and generation; one that is closed, or was never
   * made, stays as it is.
   * @throws FieldError quota_exceeded when it is larger, and so much is not left
   */
  async adjust(tx: Transaction, subject: QuotaSubject, amounts: Amounts): Promise<void> {
    for (const [resource, amount] of inOrder(amounts)) {
      const reserved = await this.ledger.open(tx, subject, resource);
      if (reserved === null || reserved === amount) continue;
      if (!(await this.ledger.adjust(tx, subject, resource, amount)))
        throw exceeded(await this.periods.look(tx, subject.workspaceId, resource), amount - reserved);
    }
  }

  /**
   * Counts what was really used, be it more or less than was set aside, in the period of the reservation, and gives the rest back.
   * Nothing used: all is given back. Exactly once: whoever comes second changes nothing.
   */
  async settle(tx: Transaction, subject: QuotaSubject, amounts: Amounts): Promise<void> {
    for (const [resource, used] of inOrder(amounts)) {
      const standing = await this.ledger.close(tx, subject, resource, used);
      if (standing !== null && used > 0) await this.warnings.look(tx, subject.workspaceId, standing);
    }
  }

  /**
   * Books what happens in a workspace at one moment, in one round trip and one transaction: works that ended, what is written of them
   * besides, and what others will take.
   * @returns whether that was set aside; where not, so much is not left for all of them, or a month begins: then `reserve` them one by one
   */
  async book(database: Database, workspaceId: string, bookings: Bookings): Promise<boolean> {
    const { kind, resource, wanted, ended, besides } = bookings;
    const shared = wanted === undefined ? [] : [this.shared.reserve(workspaceId, { ...wanted, kind, resource }, wanted.seconds)];
    const ends = [...Map.groupBy(ended, ({ reservation }) => reservation)].map(([id, parts]) =>
      this.shared.end(workspaceId, { id, kind, resource }, parts),
    );
    // Where the database crashes before that is on disk, nothing is set aside, and nothing is counted.
    const first = ends.length > 0 ? besides : [this.shared.notWaitedFor()];
    const rows = await database.writeInWorkspace(workspaceId, ...first, ...ends, ...shared);
    const standings = ends.flatMap((_, index) => rows.of<Standing>(first.length + index));
    await this.warnLater(database, workspaceId, standings);
    return shared.length > 0 && rows.of(first.length + ends.length).length > 0;
  }

  /** As `settle`, for a work that has a part of what `book` has set aside. */
  async end(tx: WorkspaceTransaction, { kind, resource }: Pick<Bookings, 'kind' | 'resource'>, part: EndedPart): Promise<void> {
    const { sql, parameters } = this.shared.end(tx.workspaceId, { id: part.reservation, kind, resource }, [part]);
    const [standing] = await tx.query<Standing>(sql, [...parameters]);
    if (standing !== undefined && part.used > 0) await this.warnings.look(tx, tx.workspaceId, standing);
  }

  private async warnLater(database: Database, workspaceId: string, standings: readonly Standing[]): Promise<void> {
    if (!standings.some((standing) => this.warnings.isDue(standing))) return;
    await database.inWorkspace(workspaceId, async (tx) => {
      for (const standing of standings) await this.warnings.look(tx, workspaceId, standing);
    });
  }

  /** Gives back what was set aside. */
  async release(tx: Transaction, subject: QuotaSubject, ...resources: QuotaResource[]): Promise<void> {
    await this.settle(tx, subject, Object.fromEntries(resources.map((resource) => [resource, 0])));
  }

  /**
   * Counts bytes that are stored from now on.
   * @throws FieldError quota_exceeded
   */
  async store(tx: WorkspaceTransaction, bytes: number): Promise<void> {
    const { workspaceId } = tx;
    const taken = await this.periods.take(tx, workspaceId, 'storage', { used: bytes });
    if (taken === null) throw exceeded(await this.periods.look(tx, workspaceId, 'storage'), bytes);
    await this.warnings.look(tx, workspaceId, taken);
  }

  /**
   * Sets nothing aside: a look before work that would be in vain.
   * @throws FieldError quota_exceeded when less than this is left
   */
  async refuseUnlessLeft(tx: WorkspaceTransaction, resource: QuotaResource, amount: number): Promise<void> {
    const standing = await this.periods.look(tx, tx.workspaceId, resource);
    const { limit, used, reserved } = standing;
    if (limit !== null && used + reserved + amount > limit) throw exceeded(standing, amount);
  }

  /** Bytes that are stored no longer. */
  async unstore(tx: WorkspaceTransaction, bytes: number): Promise<void> {
    if (bytes > 0) await this.periods.giveBack(tx, tx.workspaceId, 'storage', bytes);
  }

  /** Where every quota of the transaction's workspace stands. */
  async standings(tx: WorkspaceTransaction): Promise<Standing[]> {
    const standings: Standing[] = [];
    for (const resource of QUOTA_RESOURCES) standings.push(await this.periods.look(tx, tx.workspaceId, resource));
    return standings;
  }

  /** Where one stands. */
  async standing(tx: WorkspaceTransaction, resource: QuotaResource): Promise<Standing> {
    return this.periods.look(tx, tx.workspaceId, resource);
  }
}

/** Always the same order, so that no two transactions wait for each other in a circle. */
function inOrder(amounts: Amounts): [QuotaResource, number][] {
  return QUOTA_RESOURCES.flatMap((resource) => {
    const amount = amounts[resource];
    return amount === undefined ? [] : [[resource, Math.round(amount)] as [QuotaResource, number]];
  });
}
