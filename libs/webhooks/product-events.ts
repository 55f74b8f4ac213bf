import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Transaction, WebhookStatus } from '#database';
import { JobOutbox } from '#queues';
import { AT_ONCE, AT_ONCE_FLOWING, IS_FLOWING, IS_IN_HAND, LATER } from './endpoint-pace.js';
import type { EventType, FactsOf } from './event-catalogue.js';

/** An endpoint that an event is for. */
interface Listening {
  id: string;
  status: WebhookStatus;
  /** Whether it takes what it is sent just now. */
  flowing: boolean;
  /** How many of its deliveries are not over, or have jobs to be sent now; counted up to what matters. */
  open: number;
  inHand: number;
}

const IS_OPEN = `d.status IN ('parked', 'waiting', 'sending')`;

/**
 * In the order of the index of those that are not over: Postgres would look for the few that are wanted through all deliveries there are,
 * as if they were spread evenly, and so the longer the more wait for an endpoint that is dead.
 * @param of deliveries `d` of endpoints `e` that are not over
 */
function upTo(most: number, of: string): string {
  return `(SELECT count(*)::int FROM (
    SELECT FROM webhook_deliveries d WHERE d.workspace_id = $1 AND d.endpoint_id = e.id AND ${IS_OPEN} AND ${of}
    ORDER BY d.status, d.id LIMIT ${most}) counted)`;
}

const LISTENING = `
SELECT id, status, coalesce(${IS_FLOWING}, false) AS flowing, ${upTo(AT_ONCE, 'true')} AS open, ${upTo(AT_ONCE, IS_IN_HAND)} AS "inHand"
FROM webhook_endpoints e WHERE workspace_id = $1`;

/** Those found are not deleted before their deliveries are there: that would fail the transaction. */
const HOLD = 'FOR KEY SHARE OF e';

/** An endpoint is not told of itself. */
const WANTING = `${LISTENING} AND (events = '{}' OR $2 = ANY (events)) AND id <> $3 ${HOLD}`;
const ONE = `${LISTENING} AND id = $2 ${HOLD}`;

/**
 * The sequence is the time in milliseconds, or one more than the last: it grows also after the last event was forgotten, and when a
 * clock is set back. Whoever writes about a subject holds its row, so that no two do at the same moment.
 */
const ADD_EVENT = `
INSERT INTO webhook_events (id, workspace_id, type, subject_id, sequence, facts)
SELECT $2, $1, $3, $4, greatest(
  (SELECT max(sequence) + 1 FROM webhook_events WHERE workspace_id = $1 AND subject_id = $4),
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), $5`;

const ADD_DELIVERIES = `
INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
SELECT d.id, $1, d.endpoint, $2, d.status FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS d (id, endpoint, status)`;

/** Says what happened in a workspace to those outside who want to know: for every room in which something happens. */
@Injectable()
export class ProductEvents {
  constructor(private readonly outbox: JobOutbox) {}

  /**
   * Writes an event, in the transaction in which it happens: it is told if and only if that commits. Where no endpoint of the workspace
   * wants the type, nothing is written; for one that is disabled it is kept, so that it can be replayed.
   * @param subjectId of the row it is about, which the transaction has changed
   */
  async record<T extends EventType>(
    tx: Transaction,
    workspaceId: string,
    type: T,
    subjectId: string,
    facts: FactsOf<T>,
  ): Promise<void> {
    const listening = await tx.query<Listening>(WANTING, [workspaceId, type, subjectId]);
    if (listening.length === 0) return;
    const eventId = await this.keep(tx, workspaceId, type, subjectId, facts);
    await this.owe(
      tx,
      workspaceId,
      eventId,
      listening.filter(({ status }) => status === 'active'),
    );
  }

  /**
   * Writes an event for one endpoint, whatever that wants.
   * @returns the id of its delivery
   */
  async recordFor<T extends EventType>(tx: Transaction, workspaceId: string, type: T, endpointId: string, facts: FactsOf<T>) {
    const eventId = await this.keep(tx, workspaceId, type, endpointId, facts);
    const endpoint = await tx.query<Listening>(ONE, [workspaceId, endpointId]);
    // Sent at once, however many others wait.
    const [deliveryId] = await this.owe(
      tx,
      workspaceId,
      eventId,
      endpoint.map((found) => ({ ...found, inHand: 0 })),
    );
    if (deliveryId === undefined) throw new Error('A delivery was owed to an endpoint.');
    return deliveryId;
  }

  private async keep<T extends EventType>(
    tx: Transaction,
    workspaceId: string,
    type: T,
    subjectId: string,
    facts: FactsOf<T>,
  ): Promise<string> {
    const id = uuidv7();
    await tx.execute(ADD_EVENT, [workspaceId, id, type, subjectId, JSON.stringify(facts)]);
    return id;
  }

  /**
   * An endpoint that has enough in hand gets its delivery parked, without a job: whichever of those in hand ends takes up the next.
   * Should they all end at this very moment, a sweep does.
   */
  private async owe(tx: Transaction, workspaceId: string, eventId: string, endpoints: readonly Listening[]): Promise<string[]> {
    const owed = endpoints.map(({ id: endpointId, flowing, open, inHand }) => ({
      id: uuidv7(),
      endpointId,
      status: inHand < (flowing ? AT_ONCE_FLOWING : AT_ONCE) ? 'waiting' : 'parked',
      // What goes to an endpoint that is behind lets the rest of the workspace go first.
      priority: open < AT_ONCE ? 0 : LATER,
    }));
    const ids = owed.map(({ id }) => id);
    if (ids.length === 0) return ids;
    const statuses = owed.map(({ status }) => status);
    await tx.execute(ADD_DELIVERIES, [workspaceId, eventId, ids, owed.map(({ endpointId }) => endpointId), statuses]);
    const jobs = owed
      .filter(({ status }) => status === 'waiting')
      .map(({ id, priority }) => ({ workspaceId, subjectId: id, payload: {}, priority }));
    if (jobs.length > 0) await this.outbox.addMany(tx, 'webhooks.deliver', jobs);
    return ids;
  }
}
