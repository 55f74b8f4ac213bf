import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { type DisabledReason, WebhookEndpoint, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

/** What of an endpoint its owners say. */
export type EndpointFields = Pick<WebhookEndpoint, 'name' | 'sealed' | 'events'>;

const LOCK = { mode: 'for_no_key_update' } as const;

/** Where workspaces want their events sent. */
@Injectable()
export class EndpointsRepository extends WorkspaceRepository<WebhookEndpoint> {
  constructor() {
    super(WebhookEndpoint);
  }

  async insert(
    tx: WorkspaceTransaction,
    endpoint: EndpointFields & Pick<WebhookEndpoint, 'id' | 'kind' | 'createdBy'>,
  ): Promise<void> {
    await this.rows(tx).insert({ ...endpoint, workspaceId: tx.workspaceId });
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest): Promise<Page<WebhookEndpoint>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, after === undefined ? {} : { id: LessThan(after) });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, {})), request);
  }

  /** How many there are; others that want to add one wait until the transaction ends. */
  async lockAndCount(tx: WorkspaceTransaction): Promise<number> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhooks:' || $1, 0))`, [tx.workspaceId]);
    return this.rows(tx).countBy(this.scope(tx, {}));
  }

  /** Holds an endpoint until the transaction ends. Events can be written meanwhile: those only want that it is there. */
  async lock(tx: WorkspaceTransaction, id: string): Promise<WebhookEndpoint | null> {
    return this.rows(tx).findOne({ where: this.scope(tx, { id }), lock: LOCK });
  }

  async change(tx: WorkspaceTransaction, id: string, { name, sealed, events }: EndpointFields): Promise<void> {
    await tx.execute(
      `UPDATE webhook_endpoints SET name = $3, sealed = $4, events = $5, updated_at = now() WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, name, sealed, events],
    );
  }

  /** Puts another secret in; the one before goes on for so many seconds. */
  async rotate(tx: WorkspaceTransaction, id: string, sealed: Buffer, overlapSeconds: number): Promise<void> {
    await tx.execute(
      `UPDATE webhook_endpoints SET sealed = $3, previous_secret_until = now() + make_interval(secs => $4), updated_at = now()
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, sealed, overlapSeconds],
    );
  }

  /** Begins anew: what failed before is forgotten. */
  async enable(tx: WorkspaceTransaction, id: string): Promise<void> {
    await tx.execute(
      `UPDATE webhook_endpoints SET status = 'active', disabled_reason = NULL, disabled_at = NULL, failing_since = NULL,
         failed_in_row = 0, not_before = NULL, updated_at = now()
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id],
    );
  }

  async disable(tx: WorkspaceTransaction, id: string, reason: DisabledReason): Promise<void> {
    await tx.execute(
      `UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = $3, disabled_at = now(), updated_at = now()
       WHERE workspace_id = $1 AND id = $2`,
      [tx.workspaceId, id, reason],
    );
  }

  /** Writes down that it took something; when it did last, to the second. */
  async succeeded(tx: WorkspaceTransaction, id: string): Promise<void> {
    await tx.execute(
      `UPDATE webhook_endpoints SET failing_since = NULL, failed_in_row = 0, not_before = NULL, last_delivered_at = now()
       WHERE workspace_id = $1 AND id = $2
         AND (failing_since IS NOT NULL OR failed_in_row > 0 OR not_before IS NOT NULL
           OR coalesce(last_delivered_at < now() - interval '1 second', true))`,
      [tx.workspaceId, id],
    );
  }

  /**
   * Writes down that it did not.
   * @param exhausted whether that was the event's last try
   * @param pauseSeconds it asked to be left alone for
   * @returns how long it has failed, and how many events in a row
   */
  async failed(
    tx: WorkspaceTransaction,
    id: string,
    exhausted: boolean,
    pauseSeconds: number,
  ): Promise<{ hours: number; inRow: number }> {
    const [row] = await tx.query<{ hours: number; inRow: number }>(
      `UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, now()), failed_in_row = failed_in_row + $3,
         not_before = CASE WHEN $4::float8 > 0 THEN now() + make_interval(secs => $4) ELSE not_before END
       WHERE workspace_id = $1 AND id = $2
       RETURNING (extract(epoch FROM now() - failing_since) / 3600)::float8 AS hours, failed_in_row AS "inRow"`,
      [tx.workspaceId, id, exhausted ? 1 : 0, pauseSeconds],
    );
    return row ?? { hours: 0, inRow: 0 };
  }
}
