import { Injectable } from '@nestjs/common';
import { type Audio, Database, type SecondTrack, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import type { Alignment } from '#media';
import { JobOutbox } from '#queues';
import { audioErrors } from './audio.errors.js';
import { AudioRepository } from './audio.repository.js';
import { SecondTracksRepository } from './second-tracks.repository.js';

/** Who speaks on each track. */
export interface TrackNames {
  firstTrackName?: string;
  secondTrackName?: string;
}

/** A file to send: an original or the mix of two. */
export interface PlayableFile {
  objectKey: string;
  fileName: string;
  contentType: string;
}

/** The file of a recording that is meant: one of its tracks as it was uploaded, or the one to listen to. */
export type WantedTrack = 1 | 2 | undefined;

/** Recordings made of two of the same event, such as a microphone and what the computer played. */
@Injectable()
export class SecondTracksService {
  constructor(
    private readonly database: Database,
    private readonly recordings: AudioRepository,
    private readonly tracks: SecondTracksRepository,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
  ) {}

  /** The second track of a recording, if it has one. */
  async of(audio: Audio): Promise<SecondTrack | null> {
    if (audio.tracks === 1) return null;
    return this.database.inWorkspace(audio.workspaceId, (tx) => this.tracks.find(tx, audio.id));
  }

  /** The second track of a recording, if it has one. */
  async findIn(tx: WorkspaceTransaction, { id, tracks }: Audio): Promise<SecondTrack | null> {
    return tracks === 1 ? null : this.tracks.find(tx, id);
  }

  /** The second tracks of several recordings of one workspace, by the recordings' ids. */
  async ofAll(workspaceId: string, audios: readonly Audio[]): Promise<Map<string, SecondTrack>> {
    const ids = audios.filter(({ tracks }) => tracks > 1).map(({ id }) => id);
    if (ids.length === 0) return new Map();
    const found = await this.database.inWorkspace(workspaceId, (tx) => this.tracks.ofAll(tx, ids));
    return new Map(found.map((track) => [track.audioId, track]));
  }

  /**
   * Makes a recording the second track of another. It stops being a recording of its own; transcripts made from it stay.
   * @throws FieldError audio_not_found, second_track_exists, same_recording
   */
  async join(workspaceId: string, audioId: string, secondId: string, names: TrackNames): Promise<Audio> {
    if (audioId === secondId) throw new FieldError(audioErrors.same_recording, audioErrors.same_recording.example);
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const [audio, second] = await this.recordings.findBothLocked(tx, audioId, secondId);
      if (audio === undefined || second === undefined) {
        throw new FieldError(audioErrors.audio_not_found, audioErrors.audio_not_found.example);
      }
      if (audio.tracks > 1 || second.tracks > 1) {
        throw new FieldError(audioErrors.second_track_exists, audioErrors.second_track_exists.example);
      }
      await this.effects.mark(tx, `/api/v1/audio/${audioId}`);
      await this.recordings.remove(tx, secondId);
      await this.recordings.setTracks(tx, audioId, 2);
      await this.add(tx, audioId, second, names);
      return { ...audio, tracks: 2 };
    });
  }

  /** Writes the second track of a recording and owes their mix. */
  async add(
    tx: WorkspaceTransaction,
    audioId: string,
    second: Omit<Audio, 'workspaceId' | 'createdAt' | 'tracks'>,
    { firstTrackName = 'Channel 1', secondTrackName = 'Channel 2' }: TrackNames,
  ): Promise<void> {
    const {
      id: storedAs,
      objectKey,
      bytes,
      sha256,
      container,
      contentType,
      codec,
      sampleRate,
      channels,
      claimedSeconds,
    } = second;
    const facts = { storedAs, objectKey, bytes, sha256, container, contentType, codec, sampleRate, channels, claimedSeconds };
    await this.tracks.insert(tx, { audioId, firstName: firstTrackName, name: secondTrackName, ...facts });
    await this.outbox.add(tx, 'audio.mix', { workspaceId: tx.workspaceId, subjectId: audioId, payload: {} });
  }

  /**
   * What to send of a recording. Until there is a mix, the first track is what there is to listen to.
   * @param track a track as it was uploaded
   * @throws FieldError track_not_found
   */
  async fileOf(audio: Audio, track: WantedTrack): Promise<PlayableFile> {
    const second = track === 1 ? null : await this.of(audio);
    if (track === 2) {
      if (second === null) throw new FieldError(audioErrors.track_not_found, audioErrors.track_not_found.example);
      return { objectKey: second.objectKey, fileName: audio.name, contentType: second.contentType };
    }
    if (second === null || second.mixKey === null)
      return { objectKey: audio.objectKey, fileName: audio.name, contentType: audio.contentType };
    return { objectKey: second.mixKey, fileName: `${audio.name.replace(/\.[^.]*$/, '')}.mp3`, contentType: 'audio/mpeg' };
  }
}

/** How the tracks of a recording lie against each other, as far as it is known. */
export function alignmentOf({ lagSeconds, drift, bySound }: SecondTrack): Alignment | null {
  return lagSeconds === null || drift === null || bySound === null ? null : { lagSeconds, drift, bySound };
}
