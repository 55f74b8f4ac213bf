import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Audio, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import type { Page, PageRequest } from '#paging';

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

  /** Newest first. */
  async list(tx: WorkspaceTransaction, { page, limit, after }: PageRequest): Promise<Page<Audio>> {
    const where = this.scope(tx, after === undefined ? {} : { id: LessThan(after) });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const items = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit, skip });
    return { items, total: await this.rows(tx).countBy(this.scope(tx, {})), page, limit };
  }
}
