import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Audio, SecondTrack, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { type Alignment, MediaService, type TrackSource, TracksService } from '#media';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobHandler, OnJob } from '#queues/worker';
import { ObjectStore } from '#storage';
import { audioErrors } from '../audio.errors.js';
import { recordingPrefix } from '../audio.service.js';
import { AudioRepository } from '../audio.repository.js';
import { formatOf, soundBytesOf } from '../recorded-file.js';
import { alignmentOf } from '../second-tracks.service.js';
import { SecondTracksRepository } from '../second-tracks.repository.js';

type MixJob = ClaimedJob<'audio.mix'>;

/** Finds out how the two tracks of a recording lie against each other, and makes one recording of both to listen to. */
@Injectable()
@OnJob('audio.mix')
export class MixHandler implements JobHandler<'audio.mix'> {
  constructor(
    private readonly recordings: AudioRepository,
    private readonly seconds: SecondTracksRepository,
    private readonly media: MediaService,
    private readonly tracks: TracksService,
    private readonly store: ObjectStore,
    private readonly log: Log,
  ) {}

  async run(job: MixJob): Promise<void> {
    const { audio, second } = await job.read(async (tx) => ({
      audio: await this.recordings.find(tx, job.facts.subjectId),
      second: await this.seconds.find(tx, job.facts.subjectId),
    }));
    if (audio === null || second === null) throw new FieldError(audioErrors.audio_not_found, 'The recording to mix is gone.');
    // The same key in each try: its content is the same, too.
    const key = `${recordingPrefix(audio.workspaceId, audio.id)}mix.mp3`;
    const alignment = await this.mix(job, audio, second, key);
    await job.commit(async (tx) => {
      await this.seconds.mixed(tx, audio.id, key, alignment);
    });
    this.log.info('Recording mixed', { audioId: audio.id, ...alignment });
  }

  async giveUp(tx: WorkspaceTransaction, { subjectId }: JobFacts<'audio.mix'>): Promise<void> {
    await this.seconds.mixFailed(tx, subjectId);
  }

  private async mix({ signal }: MixJob, audio: Audio, second: SecondTrack, key: string): Promise<Alignment> {
    const bytes = Number(audio.bytes) + Number(second.bytes) + soundBytesOf([audio, second]);
    return this.media.withWorkDirectory('mix', bytes, async (workDirectory) => {
      const first = await this.fetch(audio, join(workDirectory, 'first'), signal);
      const other = await this.fetch(second, join(workDirectory, 'second'), signal);
      const alignment = alignmentOf(second) ?? (await this.tracks.align(first, other, { workDirectory, signal }));
      const mixed = Readable.from(this.tracks.mix(first, other, alignment, signal), { objectMode: false });
      await this.store.put(key, mixed, { contentType: 'audio/mpeg', signal });
      return alignment;
    });
  }

  private async fetch(recording: Audio | SecondTrack, path: string, signal: AbortSignal): Promise<TrackSource> {
    await this.store.downloadIntact(recording.objectKey, path, recording.sha256, signal);
    return { path, format: formatOf(recording), channel: null };
  }
}
