import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import {
  type SystemTransaction,
  type Transaction,
  Upload,
  type UploadStatus,
  WorkspaceRepository,
  type WorkspaceTransaction,
} from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';
import { ProductEvents } from '#webhooks';

/** Why an upload came to nothing. */
export interface UploadFailure {
  code: string;
  detail: string;
}

/** An upload that came to nothing, and what may lie in the store of it. */
export interface OverUpload {
  id: string;
  workspaceId: string;
  objectKey: string;
  storeUploadId: string | null;
}

/** A new upload. */
export type NewUpload = Pick<
  Upload,
  'id' | 'createdBy' | 'kind' | 'name' | 'sha256' | 'objectKey' | 'storeUploadId' | 'partBytes' | 'expiresAt'
> & { bytes: number };

/** A writer that says nothing for so long is taken for dead. */
const WRITER_ALIVE = `interval '10 seconds'`;
const UNFINISHED = `status IN ('open', 'completing')`;

/** The uploads of a workspace. Every change of state is a compare-and-set: of two that race, one learns that it lost. */
@Injectable()
export class UploadsRepository extends WorkspaceRepository<Upload> {
  constructor(private readonly events: ProductEvents) {
    super(Upload);
  }

  /** @returns false when the workspace has `most` unfinished uploads already */
  async insert(tx: WorkspaceTransaction, upload: NewUpload, most: number): Promise<boolean> {
    if (!(await this.hasRoom(tx, most))) return false;
    await this.rows(tx).insert({ ...upload, bytes: String(upload.bytes), workspaceId: tx.workspaceId });
    return true;
  }

  /** Whether the workspace has fewer than `most` unfinished uploads; nobody else begins one there before the transaction ends. */
  async hasRoom(tx: WorkspaceTransaction, most: number): Promise<boolean> {
    // Two that count at once would both find room for one.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('uploads of ' || $1, 0))`, [tx.workspaceId]);
    const [open] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM uploads WHERE workspace_id = $1 AND ${UNFINISHED} AND expires_at > now()`,
      [tx.workspaceId],
    );
    return (open?.count ?? 0) < most;
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest): Promise<Page<Upload>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, after === undefined ? {} : { id: LessThan(after) });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, {})), request);
  }

  /** All bytes have come; from now on they are looked at. */
  async startCompleting(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    const started = await tx.execute(
      `UPDATE uploads SET status = 'completing', received_bytes = bytes
       WHERE workspace_id = $1 AND id = $2 AND status IN ('open', 'completing') AND expires_at > now()`,
      [tx.workspaceId, id],
    );
    return started > 0;
  }

  /** The bytes are a recording; its row comes in this very transaction. False when the upload is over already. */
  async complete(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    const completed = await tx.execute(
      `UPDATE uploads SET status = 'completed', finished_at = now() WHERE workspace_id = $1 AND id = $2 AND status = 'completing'`,
      [tx.workspaceId, id],
    );
    return completed > 0;
  }

  /** Once the row of the recording is there: it refers to it. */
  async nameRecording(tx: WorkspaceTransaction, id: string): Promise<void> {
    await tx.execute(`UPDATE uploads SET audio_id = id WHERE workspace_id = $1 AND id = $2`, [tx.workspaceId, id]);
  }

  /** Ends an unfinished upload. @returns false when it is over already */
  async end(
    tx: WorkspaceTransaction,
    id: string,
    status: Extract<UploadStatus, 'failed' | 'aborted'>,
    failure: UploadFailure | null = null,
  ): Promise<boolean> {
    const ended = await tx.execute(
      `UPDATE uploads SET status = $3, error_code = $4, error_detail = $5, sealed_source = NULL, finished_at = now()
       WHERE workspace_id = $1 AND id = $2 AND ${UNFINISHED}`,
      [tx.workspaceId, id, status, failure?.code ?? null, failure?.detail ?? null],
    );
    if (ended > 0 && status === 'failed')
      await this.tellFailed(tx, { id, workspaceId: tx.workspaceId }, failure?.code ?? 'unknown');
    return ended > 0;
  }

  /** Makes a request the one that sends to a resumable upload. False while another is. */
  async claim(tx: WorkspaceTransaction, id: string, writer: string): Promise<boolean> {
    const claimed = await tx.execute(
      `UPDATE uploads SET writer = $3, writer_until = now() + ${WRITER_ALIVE}
       WHERE workspace_id = $1 AND id = $2 AND (writer IS NULL OR writer = $3 OR writer_until < now())`,
      [tx.workspaceId, id, writer],
    );
    return claimed > 0;
  }

  async release(tx: WorkspaceTransaction, id: string, writer: string): Promise<void> {
    await tx.execute(
      `UPDATE uploads SET writer = NULL, writer_until = NULL WHERE workspace_id = $1 AND id = $2 AND writer = $3`,
      [tx.workspaceId, id, writer],
    );
  }

  /** Notes that bytes are safe. False when the upload is over or another writes by now. */
  async advance(tx: WorkspaceTransaction, id: string, writer: string, from: number, to: number): Promise<boolean> {
    const advanced = await tx.execute(
      `UPDATE uploads SET received_bytes = $5, writer_until = now() + ${WRITER_ALIVE}
       WHERE workspace_id = $1 AND id = $2 AND writer = $3 AND received_bytes = $4 AND status = 'open' AND expires_at > now()`,
      [tx.workspaceId, id, writer, from, to],
    );
    return advanced > 0;
  }

  /** Ends what nobody finished in time, in any workspace. */
  async expire(tx: SystemTransaction): Promise<OverUpload[]> {
    const expired = await tx.query<OverUpload>(
      `UPDATE uploads SET status = 'expired', finished_at = now() WHERE ${UNFINISHED} AND expires_at <= now() AND kind <> 'url'
       RETURNING id, workspace_id AS "workspaceId", object_key AS "objectKey", store_upload_id AS "storeUploadId"`,
    );
    for (const upload of expired) await this.tellFailed(tx, upload, 'upload_expired');
    return expired;
  }

  /** Forgets those that ended so many days ago, in any workspace. */
  async forget(tx: SystemTransaction, days: number): Promise<number> {
    return tx.execute(`DELETE FROM uploads WHERE finished_at < now() - make_interval(days => $1)`, [days]);
  }

  private async tellFailed(
    tx: Transaction,
    { id, workspaceId }: Pick<Upload, 'id' | 'workspaceId'>,
    errorCode: string,
  ): Promise<void> {
    await this.events.record(tx, workspaceId, 'upload.failed', id, { uploadId: id, errorCode });
  }
}
