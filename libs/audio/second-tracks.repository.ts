import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { SecondTrack, type WorkspaceTransaction } from '#database';
import type { Alignment } from '#media';

/** A second track as it is added; its mix comes later. */
export type NewSecondTrack = Omit<SecondTrack, 'workspaceId' | 'mixStatus' | 'lagSeconds' | 'drift' | 'bySound' | 'mixKey'>;

const MIXED = `
UPDATE second_tracks SET mix_status = 'ready', mix_key = $3, lag_seconds = $4, drift = $5, by_sound = $6
WHERE audio_id = $1 AND workspace_id = $2 AND mix_status = 'pending'`;

const MIX_FAILED = `UPDATE second_tracks SET mix_status = 'failed' WHERE audio_id = $1 AND workspace_id = $2 AND mix_status = 'pending'`;

/** The second tracks of recordings. */
@Injectable()
export class SecondTracksRepository {
  async insert(tx: WorkspaceTransaction, track: NewSecondTrack): Promise<void> {
    await tx.manager.insert(SecondTrack, { ...track, workspaceId: tx.workspaceId });
  }

  async find(tx: WorkspaceTransaction, audioId: string): Promise<SecondTrack | null> {
    return tx.manager.findOneBy(SecondTrack, { audioId, workspaceId: tx.workspaceId });
  }

  /** Those of several recordings, in no order. */
  async ofAll(tx: WorkspaceTransaction, audioIds: readonly string[]): Promise<SecondTrack[]> {
    return tx.manager.findBy(SecondTrack, { audioId: In(audioIds), workspaceId: tx.workspaceId });
  }

  /** Writes what making the mix found. */
  async mixed(tx: WorkspaceTransaction, audioId: string, mixKey: string, alignment: Alignment): Promise<boolean> {
    const { lagSeconds, drift, bySound } = alignment;
    return (await tx.execute(MIXED, [audioId, tx.workspaceId, mixKey, lagSeconds, drift, bySound])) > 0;
  }

  async mixFailed(tx: WorkspaceTransaction, audioId: string): Promise<void> {
    await tx.execute(MIX_FAILED, [audioId, tx.workspaceId]);
  }
}
