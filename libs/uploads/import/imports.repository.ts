import { Injectable } from '@nestjs/common';
import { Upload, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import type { SealedPlace } from '#vault';

/** A recording to be fetched. */
export type NewImport = Pick<Upload, 'id' | 'createdBy' | 'name' | 'sha256' | 'objectKey' | 'sourceHost'> & {
  sealedSource: Buffer;
};

/** One that is still to be fetched. */
export type OpenImport = Pick<Upload, 'id' | 'createdBy' | 'name' | 'sha256'> & { sealedSource: Buffer };

/** Longer than a job may be tried (24 h) and than one run takes: the end of the job is the end of the import. */
const LIFE = `interval '30 hours'`;
const MINE = `workspace_id = $1 AND id = $2 AND kind = 'url' AND status = 'open'`;

/** Where the address of an import is sealed for. */
export function sourcePlace(id: string): SealedPlace {
  return { table: 'uploads', column: 'sealed_source', row: id };
}

/** Uploads that we fetch ourselves. Every change is made to an open one alone; when it is over, its address is forgotten. */
@Injectable()
export class ImportsRepository extends WorkspaceRepository<Upload> {
  constructor() {
    super(Upload);
  }

  async insert(tx: WorkspaceTransaction, upload: NewImport): Promise<Upload> {
    const { id, createdBy, name, sha256, objectKey, sourceHost, sealedSource } = upload;
    await tx.execute(
      `INSERT INTO uploads (workspace_id, id, created_by, kind, name, sha256, object_key, source_host, sealed_source, expires_at)
       VALUES ($1, $2, $3, 'url', $4, $5, $6, $7, $8, now() + ${LIFE})`,
      [tx.workspaceId, id, createdBy, name, sha256, objectKey, sourceHost, sealedSource],
    );
    return this.rows(tx).findOneByOrFail(this.scope(tx, { id }));
  }

  /** With its sealed address; null when it is over or gone. */
  async findOpen(tx: WorkspaceTransaction, id: string): Promise<OpenImport | null> {
    const [row] = await tx.query<OpenImport>(
      `SELECT id, created_by AS "createdBy", name, sha256, sealed_source AS "sealedSource" FROM uploads WHERE ${MINE}`,
      [tx.workspaceId, id],
    );
    return row ?? null;
  }

  /** A further try begins anew, but what was said to be there is not taken back. @param bytes size of the whole, null while it is not known */
  async noteProgress(tx: WorkspaceTransaction, id: string, receivedBytes: number, bytes: number | null): Promise<void> {
    await tx.execute(`UPDATE uploads SET received_bytes = greatest(received_bytes, $3), bytes = $4 WHERE ${MINE}`, [
      tx.workspaceId,
      id,
      receivedBytes,
      bytes,
    ]);
  }

  /** @returns false when it was over already */
  async complete(tx: WorkspaceTransaction, id: string, audio: { id: string; bytes: string }): Promise<boolean> {
    const completed = await tx.execute(
      `UPDATE uploads SET status = 'completed', audio_id = $3, bytes = $4, received_bytes = $4, sealed_source = NULL, finished_at = now()
       WHERE ${MINE}`,
      [tx.workspaceId, id, audio.id, audio.bytes],
    );
    return completed > 0;
  }
}
