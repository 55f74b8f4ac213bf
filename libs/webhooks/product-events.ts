import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Transaction, WebhookStatus } from '#database';
import { JobOutbox } from '#queues';
import { AT_ONCE, LATER } from './endpoint-pace.js';
import type { EventType, FactsOf } from './event-catalogue.js';

/** An endpoint is not told of itself. Those found are not deleted before their deliveries are there: that would fail the transaction. */
const LISTENING = `
SELECT id, status FROM webhook_endpoints WHERE workspace_id = $1 AND (events = '{}' OR $2 = ANY (events)) AND id <> $3
FOR KEY SHARE`;

/** Those that have as many deliveries open as they are sent at once. */
const BUSY = `
SELECT e.id FROM unnest($2::uuid[]) AS e (id)
WHERE (SELECT count(*) FROM (
  SELECT FROM webhook_deliveries d
  WHERE d.workspace_id = $1 AND d.endpoint_id = e.id AND d.status IN ('parked', 'waiting', 'sending') LIMIT ${AT_ONCE}) open) = ${AT_ONCE}`;

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
SELECT d.id, $1, d.endpoint, $2, 'waiting' FROM unnest($3::uuid[], $4::uuid[]) AS d (id, endpoint)`;

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
    type Listening = { id: string; status: WebhookStatus };
    const listening = await tx.query<Listening>(LISTENING, [workspaceId, type, subjectId]);
    if (listening.length === 0) return;
    const eventId = await this.keep(tx, workspaceId, type, subjectId, facts);
    const endpoints = listening.filter(({ status }) => status === 'active').map(({ id }) => id);
    await this.owe(tx, workspaceId, eventId, endpoints);
  }

  /**
   * Writes an event for one endpoint, whatever that wants.
   * @returns the id of its delivery
   */
  async recordFor<T extends EventType>(tx: Transaction, workspaceId: string, type: T, endpointId: string, facts: FactsOf<T>) {
    const eventId = await this.keep(tx, workspaceId, type, endpointId, facts);
    const [deliveryId] = await this.owe(tx, workspaceId, eventId, [endpointId]);
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

  private async owe(tx: Transaction, workspaceId: string, eventId: string, endpoints: string[]): Promise<string[]> {
    const ids = endpoints.map(() => uuidv7());
    if (ids.length === 0) return ids;
    const busy = new Set((await tx.query<{ id: string }>(BUSY, [workspaceId, endpoints])).map(({ id }) => id));
    await tx.execute(ADD_DELIVERIES, [workspaceId, eventId, ids, endpoints]);
    // What goes to an endpoint that is behind lets the rest of the workspace go first.
    const priorityOf = (endpoint: string | undefined): number => (busy.has(endpoint ?? '') ? LATER : 0);
    const jobs = ids.map((subjectId, index) => ({ workspaceId, subjectId, payload: {}, priority: priorityOf(endpoints[index]) }));
    await this.outbox.addMany(tx, 'webhooks.deliver', jobs);
    return ids;
  }
}
