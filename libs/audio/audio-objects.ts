import { Injectable } from '@nestjs/common';
import { Audio, SecondTrack, type SystemTransaction } from '#database';
import { In, MoreThan } from 'typeorm';

/** Which objects the recordings of all workspaces have: to compare the store with. */
@Injectable()
export class AudioObjects {
  /** Those of these recordings that there are, as recordings or as second tracks. */
  async existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>> {
    const rows = await tx.manager.find(Audio, { select: { id: true }, where: { id: In(ids) } });
    const tracks = await tx.manager.find(SecondTrack, { select: { storedAs: true }, where: { storedAs: In(ids) } });
    return new Set([...rows.map(({ id }) => id), ...tracks.map(({ storedAs }) => storedAs)]);
  }

  /** Some recordings with the keys of their objects, in the order of their ids. @param after the last id of those before, null at first */
  async page(tx: SystemTransaction, after: string | null, limit: number): Promise<Pick<Audio, 'id' | 'objectKey'>[]> {
    const where = after === null ? {} : { id: MoreThan(after) };
    return tx.manager.find(Audio, { select: { id: true, objectKey: true }, where, order: { id: 'ASC' }, take: limit });
  }
}
