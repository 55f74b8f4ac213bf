import { join, resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { AUDIO_FORMATS, type AudioFormat } from '../audio-format.js';
import { unreadableAudio } from '../audio-facts.js';
import { type DecodedRecording, Decoder } from '../decoder.js';
import { Ffmpeg, refuseBrokenCage, type Source } from '../ffmpeg.js';
import { ProgramRunner } from '../program-runner.js';
import { type Alignment, alignTracks, SIDE_BY_SIDE } from './align-tracks.js';
import { hushBleed, loudnessOf } from './hush-bleed.js';
import { SoundFile } from './sound-file.js';

/** Where one person's or one place's sound is: a recording of its own, or a channel of one. */
export interface TrackSource extends Source {
  /** From 0; null: all channels of the recording are this track. */
  channel: number | null;
}

/** A track on its own, free of what it caught of the other. */
export interface SeparateTrack extends DecodedRecording {
  /** A 16 kHz mono 16-bit WAV file. */
  path: string;
  format: AudioFormat;
  /** When it begins, in seconds from the beginning of the first track that does. */
  startsAtSeconds: number;
  /** How long what its clock takes for a second lasts by the clock of the first track. */
  rate: number;
  /** For each tenth of a second, half decibels above −120 dB of full scale. */
  loudness: Uint8Array;
}

interface Work {
  /** Private; takes 32 kB for each second of each track. */
  workDirectory: string;
  signal?: AbortSignal;
}

/** The channels of one recording begin together. What one microphone hears of the next speaker comes late by no more than a room's width. */
const ONE_RECORDING_LAG_SECONDS = 0.25;

/** Recordings of one event on several tracks: two machines, or the channels of one. */
@Injectable()
export class TracksService {
  private readonly ffmpeg: Ffmpeg;
  private readonly decoder: Decoder;

  constructor(
    private readonly config: Config,
    programs: ProgramRunner,
  ) {
    this.ffmpeg = new Ffmpeg(config, programs);
    this.decoder = new Decoder(config, this.ffmpeg);
  }

  /**
   * Finds out how two recordings of one event lie against each other.
   * @throws FieldError as `MediaService.cutIntoChunks`
   */
  async align(first: TrackSource, second: TrackSource, work: Work): Promise<Alignment> {
    return this.withSounds([first, second], work, ([one, other]) =>
      one && other ? alignTracks(one.sound, other.sound, work.signal) : Promise.resolve(SIDE_BY_SIDE),
    );
  }

  /**
   * Decodes tracks, each into a file of its own, with their places in time. Of two, each is rid of the bleed of the other.
   * @param sources two recordings, or channels of one
   * @param known how two recordings lie against each other, when that was found out before
   * @throws FieldError as `MediaService.cutIntoChunks`
   */
  async separate(sources: readonly TrackSource[], known: Alignment | null, work: Work): Promise<SeparateTrack[]> {
    return this.withSounds(sources, work, async (decoded) => {
      const alignment = await this.placeAndHush(decoded, sources, known, work.signal);
      const places = placesOf(alignment);
      return Promise.all(
        decoded.map(async ({ sound, ...facts }, index) => ({
          ...facts,
          path: sound.path,
          format: AUDIO_FORMATS.wav,
          ...(places[index] ?? { startsAtSeconds: 0, rate: 1 }),
          loudness: await loudnessOf(sound),
        })),
      );
    });
  }

  /**
   * Two recordings of one event as one to listen to.
   * @returns an MP3; fails when one cannot be decoded to its end
   */
  async *mix(first: TrackSource, second: TrackSource, alignment: Alignment, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const [one, other] = placesOf(alignment);
    const parts = [
      { path: resolve(first.path), format: first.format, ...one },
      { path: resolve(second.path), format: second.format, ...other },
    ];
    const longest = this.config.recordings.maxSeconds + Math.abs(alignment.lagSeconds);
    const program = await this.ffmpeg.mix(parts, longest, signal);
    try {
      yield* program.output;
      const outcome = await program.outcome;
      refuseBrokenCage(outcome);
      if (outcome.code !== 0) throw unreadableAudio(second.format, outcome.stderr);
    } finally {
      program.kill();
      await Promise.allSettled([program.outcome]);
    }
  }

  /** @returns by how much each track is placed in time; channels of one recording are where they are */
  private async placeAndHush(
    decoded: readonly { sound: SoundFile }[],
    sources: readonly TrackSource[],
    known: Alignment | null,
    signal?: AbortSignal,
  ): Promise<Alignment> {
    const [one, other] = decoded;
    if (one === undefined || other === undefined || decoded.length > 2) return SIDE_BY_SIDE;
    const ofOneRecording = sources[0]?.path === sources[1]?.path;
    const longestLag = ofOneRecording ? ONE_RECORDING_LAG_SECONDS : undefined;
    const alignment = known ?? (await alignTracks(one.sound, other.sound, signal, longestLag));
    if (alignment.bySound) await hushBleed(one.sound, other.sound, alignment, signal);
    return ofOneRecording ? SIDE_BY_SIDE : alignment;
  }

  private async withSounds<T>(
    sources: readonly TrackSource[],
    { workDirectory, signal }: Work,
    use: (decoded: (DecodedRecording & { sound: SoundFile })[]) => Promise<T>,
  ): Promise<T> {
    const decoded: (DecodedRecording & { sound: SoundFile })[] = [];
    const sounds: SoundFile[] = [];
    try {
      for (const [index, { path, format, channel }] of sources.entries()) {
        const sound = await SoundFile.create(join(workDirectory, `track-${index}.wav`));
        sounds.push(sound);
        const options = { signal, ...(channel === null ? {} : { channel }) };
        const facts = await this.decoder.decode({ path: resolve(path), format }, (block) => sound.append(block), options);
        decoded.push({ ...facts, sound });
      }
      const result = await use(decoded);
      for (const sound of sounds) await sound.finish();
      return result;
    } finally {
      for (const sound of sounds) await sound.close();
    }
  }
}

/** Time begins with the track that began first. */
function placesOf({ lagSeconds, drift }: Alignment): [Place, Place] {
  return [
    { startsAtSeconds: Math.max(0, -lagSeconds), rate: 1 },
    { startsAtSeconds: Math.max(0, lagSeconds), rate: 1 + drift },
  ];
}

interface Place {
  startsAtSeconds: number;
  rate: number;
}
