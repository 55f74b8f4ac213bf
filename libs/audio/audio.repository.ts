import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Audio, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

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
  async list(tx: WorkspaceTransaction, request: PageRequest): Promise<Page<Audio>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, after === undefined ? {} : { id: LessThan(after) });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, {})), request);
  }
}
