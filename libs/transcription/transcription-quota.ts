import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SecondTracksService } from '#audio';
import { Config } from '#config';
import type { Audio, WorkspaceTransaction } from '#database';
import { Quotas, type QuotaSubject, refusedForGood, ReservationHolders } from '#quota';
import { type Run, TranscriptionsRepository } from './transcriptions.repository.js';

/** What a second of compressed sound is taken for where a file does not say how long it is: 64 kbit/s. */
const BYTES_A_SECOND = 8_000;

/**
 * What a transcription takes of its workspace's quotas. Processing is the sound that is decoded, transcription the sound that a provider
 * answered for: silence, parts that failed, results that were there already, and what is asked a second time cost nothing. Each run is
 * settled once, in the transaction that ends it; what an earlier run has paid for is not paid for again.
 */
@Injectable()
export class TranscriptionQuota implements OnModuleInit {
  constructor(
    private readonly quotas: Quotas,
    private readonly holders: ReservationHolders,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly secondTracks: SecondTracksService,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.holders.register('transcription', (tx, runs) => this.transcriptions.unfinished(tx, runs));
  }

  /**
   * Sets aside what a recording will take, as far as that is known before it is decoded.
   * @param channels how many are transcribed apart
   * @throws FieldError quota_exceeded
   */
  async reserve(tx: WorkspaceTransaction, run: Run, audio: Audio, channels: number): Promise<void> {
    const milliseconds = 1_000 * (await this.seconds(tx, audio, channels));
    await this.quotas.reserve(tx, subjectOf(tx, run), { processing: milliseconds, transcription: milliseconds });
  }

  /**
   * Sets aside what the chunks take that a run has still to do.
   * @throws FieldError quota_exceeded
   */
  async reserveLeft(tx: WorkspaceTransaction, run: Run): Promise<void> {
    const { left } = await this.transcriptions.chunkSeconds(tx, run);
    await this.quotas.reserve(tx, subjectOf(tx, run), { transcription: 1_000 * left });
  }

  /**
   * The recording is decoded: counts that, and sets aside what its chunks take in place of what was expected.
   * @param seconds of sound that were decoded, of all channels together
   * @throws FieldError quota_exceeded, which no further try helps against, when it is longer than was expected and so much is not left
   */
  async decoded(tx: WorkspaceTransaction, run: Run, seconds: number): Promise<void> {
    const { left } = await this.transcriptions.chunkSeconds(tx, run);
    const subject = subjectOf(tx, run);
    await refusedForGood(this.quotas.adjust(tx, subject, { processing: 1_000 * seconds, transcription: 1_000 * left }));
    await this.quotas.settle(tx, subject, { processing: 1_000 * seconds });
  }

  /** The run is over, however it ended: counts what was answered, and gives the rest back. Last of all in its transaction. */
  async settle(tx: WorkspaceTransaction, run: Run): Promise<void> {
    const { answered } = await this.transcriptions.chunkSeconds(tx, run);
    await this.quotas.settle(tx, subjectOf(tx, run), { processing: 0, transcription: 1_000 * answered });
  }

  /** The seconds of sound a recording is expected to have, of all channels that are transcribed apart together. */
  async seconds(tx: WorkspaceTransaction, audio: Audio, channels: number): Promise<number> {
    const second = await this.secondTracks.findIn(tx, audio);
    return second === null ? this.expected(audio) * channels : this.expected(audio) + this.expected(second);
  }

  /** What a file claims about its length decides nothing but how much is set aside. */
  private expected({ claimedSeconds, bytes }: Pick<Audio, 'claimedSeconds' | 'bytes'>): number {
    return Math.min(claimedSeconds ?? Number(bytes) / BYTES_A_SECOND, this.config.recordings.maxSeconds);
  }
}

function subjectOf({ workspaceId }: WorkspaceTransaction, { id, generation }: Run): QuotaSubject {
  return { workspaceId, kind: 'transcription', id, generation };
}
