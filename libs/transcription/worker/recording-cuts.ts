import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { alignmentOf, formatOf, SecondTracksService, soundBytesOf } from '#audio';
import type { Audio, SecondTrack } from '#database';
import {
  type Chunk,
  type ChunkLimits,
  type CutRecording,
  MediaService,
  type SeparateTrack,
  spaceForChunks,
  type TrackSource,
  TracksService,
} from '#media';
import { ObjectStore } from '#storage';

/** A chunk with the channel it is of. */
export interface ChannelChunk extends Chunk {
  channel: number;
  /** For each tenth of a second, half decibels, as Base64; null where channels are not told apart. */
  loudness: string | null;
}

/** What of a recording was cut, without the figures that only a part of it has. */
export type Cut = Pick<CutRecording, 'seconds' | 'soundSha256' | 'damaged'>;

type OnChunk = (chunk: ChannelChunk) => Promise<void>;

/** Cuts recordings into chunks, as a whole or each channel apart. */
@Injectable()
export class RecordingCuts {
  constructor(
    private readonly secondTracks: SecondTracksService,
    private readonly media: MediaService,
    private readonly tracks: TracksService,
    private readonly store: ObjectStore,
  ) {}

  /** Cuts a recording, all its channels mixed. @throws FieldError as `MediaService.cutIntoChunks` */
  async whole(recording: Audio, limits: ChunkLimits, onChunk: OnChunk, signal: AbortSignal): Promise<Cut> {
    return this.media.withWorkDirectory('prepare', Number(recording.bytes) + spaceForChunks(limits), async (workDirectory) => {
      const { path, format } = await this.fetch(recording, workDirectory, 'recording', signal);
      const take = (chunk: Chunk): Promise<void> => onChunk({ ...chunk, channel: 0, loudness: null });
      return this.media.cutIntoChunks(path, format, limits, take, { signal, workDirectory });
    });
  }

  /**
   * Cuts each channel of a recording apart: its two tracks, or the channels of its one. Times are those of the track that began first;
   * what one channel caught of the other goes to no provider.
   * @param count how many channels
   * @throws FieldError as `MediaService.cutIntoChunks`
   */
  async channels(recording: Audio, count: number, limits: ChunkLimits, onChunk: OnChunk, signal: AbortSignal): Promise<Cut> {
    const second = await this.secondTracks.of(recording);
    const files = second === null ? [recording] : [recording, second];
    const sounds = second === null ? Array.from({ length: count }, () => recording) : files;
    const bytes = files.reduce((sum, file) => sum + Number(file.bytes), 0) + soundBytesOf(sounds) + spaceForChunks(limits);
    return this.media.withWorkDirectory('prepare', bytes, async (workDirectory) => {
      const fetched: TrackSource[] = [];
      for (const [index, file] of files.entries())
        fetched.push(await this.fetch(file, workDirectory, `recording-${index}`, signal));
      const sources =
        second === null ? fetched.flatMap((source) => sounds.map((_, channel) => ({ ...source, channel }))) : fetched;
      const known = second === null ? null : alignmentOf(second);
      const tracks = await this.tracks.separate(sources, known, { workDirectory, signal });
      return this.cutAll(tracks, limits, onChunk, { workDirectory, signal });
    });
  }

  private async cutAll(
    tracks: readonly SeparateTrack[],
    limits: ChunkLimits,
    onChunk: OnChunk,
    work: { workDirectory: string; signal: AbortSignal },
  ): Promise<Cut> {
    const sound = createHash('sha256');
    let chunks = 0;
    for (const [channel, track] of tracks.entries()) {
      const before = chunks;
      const take = (chunk: Chunk): Promise<void> => onChunk({ ...placed(chunk, track), index: before + chunk.index, channel });
      const cut = await this.media.cutIntoChunks(track.path, track.format, limits, take, work);
      chunks += cut.chunkCount;
      sound.update(`${track.startsAtSeconds} ${cut.soundSha256}\n`);
    }
    return {
      seconds: Math.max(...tracks.map(({ startsAtSeconds, seconds, rate }) => startsAtSeconds + seconds * rate)),
      soundSha256: sound.digest('hex'),
      damaged: tracks.some(({ damaged }) => damaged),
    };
  }

  private async fetch(file: Audio | SecondTrack, directory: string, name: string, signal: AbortSignal): Promise<TrackSource> {
    const format = formatOf(file);
    const path = join(directory, `${name}.${format.extension}`);
    await this.store.downloadIntact(file.objectKey, path, file.sha256, signal);
    return { path, format, channel: null };
  }
}

/** A chunk of a track with its times by the clock all tracks share. */
function placed(chunk: Chunk, { startsAtSeconds, rate, loudness }: SeparateTrack): Omit<ChannelChunk, 'channel'> {
  const place = (seconds: number): number => startsAtSeconds + seconds * rate;
  const levels = loudness.subarray(Math.round(chunk.startSeconds * 10), Math.round(chunk.endSeconds * 10));
  return {
    ...chunk,
    startSeconds: place(chunk.startSeconds),
    endSeconds: place(chunk.endSeconds),
    speech: chunk.speech.map(({ start, end }) => ({ start: place(start), end: place(end) })),
    loudness: Buffer.from(levels).toString('base64'),
  };
}
