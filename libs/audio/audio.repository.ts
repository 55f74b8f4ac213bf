import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Audio, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

const REMOVE_OLDER = `
DELETE FROM audio WHERE workspace_id = $1 AND id IN (
  SELECT id FROM audio
  WHERE workspace_id = $1 AND created_at < now() - make_interval(days => $2) AND id <> ALL ($3::uuid[])
  ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING id`;

/** The recordings of a workspace. */
@Injectable()
export class AudioRepository extends WorkspaceRepository<Audio> {
  constructor() {
    super(Audio);
  }

  async insert(tx: WorkspaceTransaction, audio: Omit<Audio, 'workspaceId' | 'createdAt'>): Promise<Audio> {
    await this.rows(tx).insert({ ...audio, workspaceId: tx.workspaceId });
    return this.rows(tx).findOneByOrFail(this.scope(tx, { id: audio.id }));
  }

  /** Whether the recording is there, and then keeps it from being deleted until the transaction ends. */
  async hold(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM audio WHERE id = $1 AND workspace_id = $2 FOR KEY SHARE';
    return (await tx.query(sql, [id, tx.workspaceId])).length > 0;
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest): Promise<Page<Audio>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, after === undefined ? {} : { id: LessThan(after) });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, {})), request);
  }

  /**
   * Removes the oldest of those that came more than so many days ago, by the database's clock.
   * @param except stay whatever their age
   * @returns their ids, at most `limit`
   */
  async removeOlder(tx: WorkspaceTransaction, days: number, except: string[], limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(REMOVE_OLDER, [tx.workspaceId, days, except, limit]);
    return rows.map(({ id }) => id);
  }
}
