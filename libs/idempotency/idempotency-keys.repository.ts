import { Injectable } from '@nestjs/common';
import type { SystemTransaction, Transaction, WorkspaceTransaction } from '#database';

/** A request as it is known by its key. */
export interface KnownRequest {
  id: string;
  fingerprint: string;
  formFingerprint: string | null;
  run: number;
  location: string | null;
  status: number | null;
  answer: Buffer | null;
  /** Neither answered nor past the time its run is taken for alive. */
  running: boolean;
}

/** The hold of one run on a request. */
export interface Run {
  id: string;
  run: number;
}

interface NewRequest {
  id: string;
  principal: string;
  key: string;
  fingerprint: string;
}

/** How long a key is remembered. */
const REMEMBERED = `interval '24 hours'`;
/** A run that does not say it is alive for so long is taken for dead. */
const ALIVE = `interval '30 seconds'`;
const SWEPT_AT_ONCE = 20;

/** The requests of a workspace that carried an Idempotency-Key. */
@Injectable()
export class IdempotencyKeysRepository {
  /** @returns false when the key is known already */
  async insert(tx: WorkspaceTransaction, { id, principal, key, fingerprint }: NewRequest): Promise<boolean> {
    const inserted = await tx.execute(
      `INSERT INTO idempotency_keys (id, workspace_id, principal, key, fingerprint, running_until, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + ${ALIVE}, now() + ${REMEMBERED})
       ON CONFLICT (workspace_id, principal, key) DO NOTHING`,
      [id, tx.workspaceId, principal, key, fingerprint],
    );
    return inserted > 0;
  }

  async find(tx: WorkspaceTransaction, principal: string, key: string): Promise<KnownRequest | null> {
    const [row] = await tx.query<KnownRequest>(
      `SELECT id, fingerprint, form_fingerprint AS "formFingerprint", run, location, status, answer,
         status IS NULL AND running_until > now() AS running
       FROM idempotency_keys WHERE workspace_id = $1 AND principal = $2 AND key = $3`,
      [tx.workspaceId, principal, key],
    );
    return row ?? null;
  }

  /** Makes the request another run's, whose first died without effect. False when somebody was faster. */
  async takeOver(tx: WorkspaceTransaction, { id, run }: Run): Promise<boolean> {
    const taken = await tx.execute(
      `UPDATE idempotency_keys SET run = run + 1, running_until = now() + ${ALIVE}
       WHERE workspace_id = $1 AND id = $2 AND run = $3 AND status IS NULL AND location IS NULL AND running_until <= now()`,
      [tx.workspaceId, id, run],
    );
    return taken > 0;
  }

  /** Says that the run is alive. */
  async keepAlive(tx: WorkspaceTransaction, { id, run }: Run): Promise<void> {
    await tx.execute(
      `UPDATE idempotency_keys SET running_until = now() + ${ALIVE} WHERE workspace_id = $1 AND id = $2 AND run = $3 AND status IS NULL`,
      [tx.workspaceId, id, run],
    );
  }

  /** Says what the run made, or that it is undone. False when it is not the run's any more. */
  async setLocation(
    tx: Transaction,
    { id, run, workspaceId }: Run & { workspaceId: string },
    location: string | null,
  ): Promise<boolean> {
    const set = await tx.execute(
      `UPDATE idempotency_keys SET location = $4 WHERE workspace_id = $1 AND id = $2 AND run = $3 AND status IS NULL`,
      [workspaceId, id, run, location],
    );
    return set > 0;
  }

  /** Keeps the answer. */
  async finish(
    tx: WorkspaceTransaction,
    { id, run }: Run,
    { status, answer, formFingerprint }: { status: number; answer: Buffer; formFingerprint: string | null },
  ): Promise<void> {
    await tx.execute(
      `UPDATE idempotency_keys SET status = $4, answer = $5, form_fingerprint = $6, running_until = NULL
       WHERE workspace_id = $1 AND id = $2 AND run = $3`,
      [tx.workspaceId, id, run, status, answer, formFingerprint],
    );
  }

  /** Forgets a run that had no effect, so that the same request may be tried again. */
  async forget(tx: WorkspaceTransaction, { id, run }: Run): Promise<void> {
    await tx.execute(
      `DELETE FROM idempotency_keys WHERE workspace_id = $1 AND id = $2 AND run = $3 AND location IS NULL AND status IS NULL`,
      [tx.workspaceId, id, run],
    );
  }

  /** Forgets some that are older than a day. */
  async sweep(tx: WorkspaceTransaction): Promise<void> {
    await tx.execute(
      `DELETE FROM idempotency_keys WHERE id IN (
         SELECT id FROM idempotency_keys WHERE workspace_id = $1 AND expires_at < now() LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
      [tx.workspaceId],
    );
  }

  /** Forgets all that are older than a day, of every workspace. */
  async sweepAll(tx: SystemTransaction): Promise<number> {
    return tx.execute('DELETE FROM idempotency_keys WHERE expires_at < now()');
  }
}
