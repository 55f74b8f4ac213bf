import { Injectable } from '@nestjs/common';
import { type SystemTransaction, Transcription } from '#database';
import { In } from 'typeorm';

/** Which transcriptions of all workspaces there are, whose chunks may lie in the store: to compare it with. */
@Injectable()
export class TranscriptionObjects {
  /** Those of these transcriptions that there are. */
  async existing(tx: SystemTransaction, ids: string[]): Promise<Set<string>> {
    const rows = await tx.manager.find(Transcription, { select: { id: true }, where: { id: In(ids) } });
    return new Set(rows.map(({ id }) => id));
  }
}
