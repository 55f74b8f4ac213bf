import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  type DeliveryAttempt,
  type DeliveryStatus,
  type SystemTransaction,
  storableJson,
  WebhookDelivery,
  type WebhookEndpoint,
  WorkspaceRepository,
  type WorkspaceTransaction,
} from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';
import { JobOutbox } from '#queues';
import { AT_ONCE, IS_IN_HAND, LATER, MOST_ABREAST } from './endpoint-pace.js';
import type { EventFacts, EventType } from './event-catalogue.js';

/** An event as it lies in its row. */
export interface KeptEvent {
  id: string;
  type: EventType;
  sequence: string;
  facts: EventFacts;
  createdAt: Date;
}

/** A delivery with the event it brings. */
export type ListedDelivery = WebhookDelivery & { event: KeptEvent };

/** Which delivery, and which of its turns. */
export type Turn = Pick<WebhookDelivery, 'id' | 'turn'>;

/** Tries that are remembered of a delivery: two rounds. */
const ATTEMPTS_KEPT = 18;
/** Deliveries of one replay; more are replayed by another. */
export const MOST_REPLAYED = 10_000;

const COLUMNS = `
  d.id, d.workspace_id AS "workspaceId", d.endpoint_id AS "endpointId", d.event_id AS "eventId", d.status, d.turn, d.tries,
  d.due_at AS "dueAt", d.attempts, d.created_at AS "createdAt", d.finished_at AS "finishedAt",
  jsonb_build_object('id', e.id, 'type', e.type, 'sequence', e.sequence::text, 'facts', e.facts) AS event, e.created_at AS "eventAt"`;

const WITH_EVENT = `SELECT ${COLUMNS} FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id`;

type RowWithEvent = WebhookDelivery & { event: Omit<KeptEvent, 'createdAt'>; eventAt: Date };

const TAKE_ROOM = `
UPDATE webhook_deliveries SET due_at = NULL, status = CASE WHEN (
  SELECT count(*) FROM webhook_deliveries WHERE workspace_id = $1 AND endpoint_id = $3 AND status = 'sending') < ${AT_ONCE}
  THEN 'sending' ELSE 'parked' END
WHERE workspace_id = $1 AND id = $2 AND turn = $4 AND status = 'waiting'
RETURNING status`;

/** The oldest that wait for the endpoint go at once, while it is as it was when its secrets were read. */
const TAKE_ALONG = `
WITH taken AS (
  UPDATE webhook_deliveries SET status = 'sending', turn = turn + 1
  WHERE id IN (
    SELECT id FROM webhook_deliveries WHERE workspace_id = $1 AND endpoint_id = $2 AND status = 'parked'
      AND EXISTS (SELECT FROM webhook_endpoints
        WHERE id = $2 AND status = 'active' AND sealed = $4 AND coalesce(not_before <= now(), true))
    ORDER BY id LIMIT least($3, greatest(0, ${MOST_ABREAST} - (
      SELECT count(*) FROM webhook_deliveries WHERE workspace_id = $1 AND endpoint_id = $2 AND status = 'sending')))
    FOR UPDATE SKIP LOCKED)
  RETURNING *)
SELECT ${COLUMNS} FROM taken d JOIN webhook_events e ON e.id = d.event_id ORDER BY d.id`;

const ARRIVED = `
UPDATE webhook_deliveries d SET status = 'delivered', finished_at = now(), due_at = NULL, attempts =
  CASE WHEN jsonb_array_length(attempts) < ${ATTEMPTS_KEPT} THEN attempts ELSE attempts - 0 END || a.attempt
FROM (
  SELECT id::uuid, turn, attempt FROM jsonb_to_recordset($2::jsonb) AS a (id text, turn integer, attempt jsonb)) a
WHERE d.workspace_id = $1 AND d.id = a.id AND d.turn = a.turn AND d.status IN ('waiting', 'sending')`;

/** The oldest that wait for the endpoint get jobs, until it has enough in hand. */
const UNPARK = `
UPDATE webhook_deliveries SET status = 'waiting', turn = turn + 1
WHERE id IN (
  SELECT id FROM webhook_deliveries WHERE workspace_id = $1 AND endpoint_id = $2 AND status = 'parked' ORDER BY id
  LIMIT ${AT_ONCE} - (SELECT count(*) FROM (
    SELECT FROM webhook_deliveries d WHERE d.workspace_id = $1 AND d.endpoint_id = $2 AND ${IS_IN_HAND} LIMIT ${AT_ONCE}) counted)
  FOR UPDATE SKIP LOCKED)
RETURNING id, turn`;

/** Endpoints that have parked deliveries and none in hand that would take them up. */
const FORGOTTEN = `
SELECT e.workspace_id AS "workspaceId", e.id AS "endpointId" FROM webhook_endpoints e
WHERE e.status = 'active'
  AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.status = 'parked')
  AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.status IN ('waiting', 'sending') AND ${IS_IN_HAND})
LIMIT $1`;

/** What an endpoint wanted and was never owed. */
const UNDELIVERED = `
SELECT e.id FROM webhook_events e
WHERE e.workspace_id = $1 AND e.created_at >= $3 AND e.type <> 'webhook.test' AND e.subject_id <> $2 AND ($4::text[] = '{}' OR e.type = ANY ($4))
  AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = $2 AND d.event_id = e.id)
ORDER BY e.id LIMIT $5`;

const PARK_NEW = `
INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
SELECT d.id, $1, $2, d.event, 'parked' FROM unnest($3::uuid[], $4::uuid[]) AS d (id, event)`;

const PARK_FAILED = `
UPDATE webhook_deliveries SET status = 'parked', turn = turn + 1, tries = 0, finished_at = NULL, due_at = NULL
WHERE id IN (
  SELECT d.id FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
  WHERE d.workspace_id = $1 AND d.endpoint_id = $2 AND d.status IN ('failed', 'missed') AND e.created_at >= $3
    AND e.type <> 'webhook.test'
  ORDER BY d.id LIMIT $4)`;

const FORGET = `
DELETE FROM webhook_events WHERE id IN (
  SELECT id FROM webhook_events e WHERE created_at < now() - make_interval(days => $1)
    AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.event_id = e.id AND d.status IN ('parked', 'waiting', 'sending'))
  ORDER BY created_at LIMIT $2)`;

/** Events on their way. Whoever changes those that are not being sent holds their endpoint, or passes over what others hold. */
@Injectable()
export class DeliveriesRepository extends WorkspaceRepository<WebhookDelivery> {
  constructor(private readonly outbox: JobOutbox) {
    super(WebhookDelivery);
  }

  /** Of some deliveries those whose turn it is, the oldest first. */
  async findTurns(tx: WorkspaceTransaction, turns: readonly Turn[]): Promise<ListedDelivery[]> {
    const sql = `${WITH_EVENT} JOIN unnest($2::uuid[], $3::integer[]) AS t (id, turn) ON t.id = d.id AND t.turn = d.turn
      WHERE d.workspace_id = $1 AND d.status IN ('waiting', 'sending') ORDER BY d.id`;
    const columns = [turns.map(({ id }) => id), turns.map(({ turn }) => turn)];
    return (await tx.query<RowWithEvent>(sql, [tx.workspaceId, ...columns])).map(listed);
  }

  async findWithEvent(tx: WorkspaceTransaction, id: string): Promise<ListedDelivery | null> {
    const [row] = await tx.query<RowWithEvent>(`${WITH_EVENT} WHERE d.workspace_id = $1 AND d.id = $2`, [tx.workspaceId, id]);
    return row === undefined ? null : listed(row);
  }

  /** Of one endpoint, newest first. */
  async list(
    tx: WorkspaceTransaction,
    endpointId: string,
    request: PageRequest,
    statuses: readonly DeliveryStatus[],
  ): Promise<Page<ListedDelivery>> {
    const { page, limit, after } = request;
    const where = `d.workspace_id = $1 AND d.endpoint_id = $2 AND ($3::text[] = '{}' OR d.status = ANY ($3))`;
    const skip = after === undefined ? (page - 1) * limit : 0;
    const rows = await tx.query<RowWithEvent>(
      `${WITH_EVENT} WHERE ${where} AND ($4::uuid IS NULL OR d.id < $4) ORDER BY d.id DESC LIMIT $5 OFFSET $6`,
      [tx.workspaceId, endpointId, statuses, after ?? null, limit + 1, skip],
    );
    const [count] = await tx.query<{ total: number }>(`SELECT count(*)::int AS total FROM webhook_deliveries d WHERE ${where}`, [
      tx.workspaceId,
      endpointId,
      statuses,
    ]);
    return pageOf(rows.map(listed), count?.total ?? 0, request);
  }

  /** Marks a delivery as being sent if its endpoint is sent few enough; parks it otherwise. @returns whether it is to be sent */
  async takeRoom(
    tx: WorkspaceTransaction,
    { id, endpointId, turn }: Pick<WebhookDelivery, 'id' | 'endpointId' | 'turn'>,
  ): Promise<boolean> {
    const [row] = await tx.query<{ status: DeliveryStatus }>(TAKE_ROOM, [tx.workspaceId, id, endpointId, turn]);
    return row?.status === 'sending';
  }

  /**
   * Marks parked deliveries of an endpoint as being sent: the oldest, at most `most`, and none once the endpoint has had enough, asked
   * for a pause, was disabled or is no longer what it was.
   */
  async takeAlong(
    tx: WorkspaceTransaction,
    { id, sealed }: Pick<WebhookEndpoint, 'id' | 'sealed'>,
    most: number,
  ): Promise<ListedDelivery[]> {
    return (await tx.query<RowWithEvent>(TAKE_ALONG, [tx.workspaceId, id, most, sealed])).map(listed);
  }

  /** Writes down that deliveries arrived, each in its turn. */
  async arrived(tx: WorkspaceTransaction, turns: readonly (Turn & { attempt: DeliveryAttempt })[]): Promise<void> {
    await tx.execute(ARRIVED, [tx.workspaceId, storableJson(turns)]);
  }

  async setStatus(tx: WorkspaceTransaction, id: string, status: DeliveryStatus): Promise<void> {
    await tx.execute(
      `UPDATE webhook_deliveries SET status = $3, due_at = NULL,
         finished_at = CASE WHEN $3 IN ('delivered', 'failed', 'missed') THEN now() END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, status],
    );
  }

  /** Owes its next turn. @param delaySeconds 0: at once */
  async again(tx: WorkspaceTransaction, { id, turn }: Pick<WebhookDelivery, 'id' | 'turn'>, delaySeconds: number): Promise<void> {
    await tx.execute(
      `UPDATE webhook_deliveries SET status = 'waiting', turn = $3, finished_at = NULL,
         due_at = CASE WHEN $4::float8 > 0 THEN now() + make_interval(secs => $4) END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, turn + 1, delaySeconds],
    );
    await this.owe(tx, [{ id, turn: turn + 1 }], delaySeconds);
  }

  /** Remembers a try. @param tries how many have failed by now @param end what became of the delivery by it; null: it is not over */
  async note(
    tx: WorkspaceTransaction,
    id: string,
    attempt: DeliveryAttempt,
    tries: number,
    end: 'delivered' | 'failed' | null,
  ): Promise<void> {
    await tx.execute(
      `UPDATE webhook_deliveries SET tries = $4, attempts =
         CASE WHEN jsonb_array_length(attempts) < ${ATTEMPTS_KEPT} THEN attempts ELSE attempts - 0 END || $3::jsonb,
         status = coalesce($5, status), finished_at = CASE WHEN $5::text IS NOT NULL THEN now() ELSE finished_at END
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, storableJson([attempt]), tries, end],
    );
  }

  /** Begins to count tries anew. */
  async resetTries(tx: WorkspaceTransaction, id: string): Promise<void> {
    await this.rows(tx).update(this.scope(tx, { id }), { tries: 0 });
  }

  /** Lets those that are parked have their turn, as many as there is room for. */
  async unpark(tx: WorkspaceTransaction, endpointId: string): Promise<void> {
    await this.owe(tx, await tx.query<{ id: string; turn: number }>(UNPARK, [tx.workspaceId, endpointId]));
  }

  /** Endpoints of any workspace whose parked deliveries nobody would take up, at most `limit`. */
  async forgotten(tx: SystemTransaction, limit: number): Promise<Pick<WebhookDelivery, 'workspaceId' | 'endpointId'>[]> {
    return tx.query(FORGOTTEN, [limit]);
  }

  /** What waits for an endpoint is not sent: it was disabled. */
  async missAll(tx: WorkspaceTransaction, endpointId: string): Promise<void> {
    await tx.execute(
      `UPDATE webhook_deliveries SET status = 'missed', due_at = NULL, finished_at = now()
       WHERE workspace_id = $1 AND endpoint_id = $2 AND status IN ('parked', 'waiting')`,
      [tx.workspaceId, endpointId],
    );
  }

  /**
   * Owes an endpoint what it did not get, at most `MOST_REPLAYED` events: what was owed to it and came to nothing, and what it was
   * never owed, each from when it happened on.
   * @param events types it wants; none: all
   * @returns how many
   */
  async replay(
    tx: WorkspaceTransaction,
    endpointId: string,
    since: { owed: Date; unowed: Date },
    events: string[],
  ): Promise<number> {
    const again = await tx.execute(PARK_FAILED, [tx.workspaceId, endpointId, since.owed, MOST_REPLAYED]);
    const room = MOST_REPLAYED - again;
    const fresh = await tx.query<{ id: string }>(UNDELIVERED, [tx.workspaceId, endpointId, since.unowed, events, room]);
    const eventIds = fresh.map(({ id }) => id);
    await tx.execute(PARK_NEW, [tx.workspaceId, endpointId, eventIds.map(() => uuidv7()), eventIds]);
    await this.unpark(tx, endpointId);
    return again + eventIds.length;
  }

  /** Removes the oldest events that happened more than so many days ago, with their deliveries. @returns how many, at most `limit` */
  async forget(tx: SystemTransaction, days: number, limit: number): Promise<number> {
    return tx.execute(FORGET, [days, limit]);
  }

  private async owe(tx: WorkspaceTransaction, turns: { id: string; turn: number }[], delaySeconds = 0): Promise<void> {
    const { workspaceId } = tx;
    const jobs = turns.map(({ id, turn }) => ({
      workspaceId,
      subjectId: id,
      part: turn,
      payload: {},
      delaySeconds,
      priority: LATER,
    }));
    if (jobs.length > 0) await this.outbox.addMany(tx, 'webhooks.deliver', jobs);
  }
}

function listed({ event, eventAt, ...delivery }: RowWithEvent): ListedDelivery {
  return { ...delivery, event: { ...event, createdAt: eventAt } };
}
