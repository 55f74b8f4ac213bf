import { Injectable } from '@nestjs/common';
import { type SystemTransaction, Transcription, TranscriptionAttempt } from '#database';
import type { ProviderCall } from '#usage';
import { In, MoreThan } from 'typeorm';
import { callOf } from './transcriptions.repository.js';

/** The calls to providers of all workspaces, to compare what was written down of them elsewhere. */
@Injectable()
export class Attempts {
  /** In the order of their ids, after one; without who ordered them. */
  async after(tx: SystemTransaction, id: string, limit: number): Promise<ProviderCall[]> {
    const columns = tx.manager.connection.getMetadata(TranscriptionAttempt).columns.map(({ propertyName }) => propertyName);
    const select = Object.fromEntries(columns.filter((name) => name !== 'answer').map((name) => [name, true]));
    const found = await tx.manager.find(TranscriptionAttempt, {
      select,
      where: { id: MoreThan(id) },
      order: { id: 'ASC' },
      take: limit,
    });
    return found.map(({ answer: _, ...attempt }) => callOf(attempt));
  }

  /** Those of these transcriptions that there are: with one go its attempts. */
  async existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>> {
    const rows = await tx.manager.find(Transcription, { select: { id: true }, where: { id: In(ids) } });
    return new Set(rows.map(({ id }) => id));
  }
}
