import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { Audio, WorkspaceRepository, type WorkspaceTransaction } from '#database';
import { type Page, pageOf, type PageRequest } from '#paging';

const REMOVE_OLDER = `
DELETE FROM audio WHERE workspace_id = $1 AND id IN (
  SELECT id FROM audio
  WHERE workspace_id = $1 AND created_at < now() - make_interval(days => $2) AND id <> ALL ($3::uuid[])
  ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING id, (SELECT stored_as FROM second_tracks WHERE audio_id = audio.id) AS "secondStoredAs",
  (bytes + coalesce((SELECT s.bytes FROM second_tracks s WHERE s.audio_id = audio.id), 0))::float8 AS bytes`;

/** A recording that is about to have its row. */
export type NewAudio = Omit<Audio, 'workspaceId' | 'createdAt' | 'tracks'> & Partial<Pick<Audio, 'tracks'>>;

/** A recording that is gone, with where the objects of its second track lie, if it had one. */
export interface RemovedRecording {
  id: string;
  secondStoredAs: string | null;
  /** Of all its tracks. */
  bytes: number;
}

/** The recordings of a workspace. */
@Injectable()
export class AudioRepository extends WorkspaceRepository<Audio> {
  constructor() {
    super(Audio);
  }

  async insert(tx: WorkspaceTransaction, audio: NewAudio): Promise<Audio> {
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

  /**
   * Removes the oldest of those that came more than so many days ago, by the database's clock.
   * @param except stay whatever their age
   * @returns them, at most `limit`
   */
  async removeOlder(tx: WorkspaceTransaction, days: number, except: string[], limit: number): Promise<RemovedRecording[]> {
    return tx.query<RemovedRecording>(REMOVE_OLDER, [tx.workspaceId, days, except, limit]);
  }

  /** Two recordings, held until the transaction ends; always in the same order, so that no two transactions wait for each other. */
  async findBothLocked(tx: WorkspaceTransaction, first: string, second: string): Promise<[Audio | undefined, Audio | undefined]> {
    const found = await this.rows(tx).find({
      where: this.scope(tx, { id: In([first, second]) }),
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    return [found.find(({ id }) => id === first), found.find(({ id }) => id === second)];
  }

  /** How many tracks a recording has from now on. */
  async setTracks(tx: WorkspaceTransaction, id: string, tracks: number): Promise<void> {
    await this.rows(tx).update(this.scope(tx, { id }), { tracks });
  }
}
