import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { FieldError } from '#errors';
import type { AudioFormat } from './audio-format.js';
import { type AudioFacts, factsOf, unreadableAudio } from './audio-facts.js';
import { type DecodedRecording, Decoder } from './decoder.js';
import { Ffmpeg, refuseBrokenCage, type Source } from './ffmpeg.js';
import { mediaErrors } from './media.errors.js';
import { ProgramRunner } from './program-runner.js';
import { type Chunk, type ChunkLimits, RecordingCutter } from './recording-cutter.js';
import { soundBlocks } from './sound-blocks.js';
import type { Span } from './speech-map.js';
import { lengthInWords } from './length-in-words.js';
import { tooLong } from './too-long.js';
import { SAMPLE_RATE } from './wav.js';
import { sweepWorkDirectories, withWorkDirectory } from './work-directory.js';

/** So much is decoded at upload, to refuse what only claims to be sound. */
const TRIAL_SECONDS = 10;
const SHORTEST_SECONDS = 0.1;

/** A recording after it was cut. */
export interface CutRecording extends DecodedRecording {
  chunkCount: number;
  /** Where there may be speech, in seconds from the start. */
  speech: Span[];
  /** Of the decoded sound, 16 kHz mono 16-bit samples; hexadecimal. The same whatever the file's tags say. */
  soundSha256: string;
}

/** Everything that touches recordings as files. */
@Injectable()
export class MediaService {
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
   * Looks into a recording and decodes its first seconds, so that what is no sound, or too much of it, is refused at once.
   * @param path the recording
   * @param format what `recogniseAudio` said
   * @throws FieldError `no_audio_stream`, `unreadable_audio`, `unsupported_sample_rate`, `too_many_channels`, `recording_too_long`, `recording_too_short`
   */
  async probe(path: string, format: AudioFormat, signal?: AbortSignal): Promise<AudioFacts> {
    const source = { path: resolve(path), format };
    const { answer, said } = await this.ffmpeg.probe(source, signal);
    if (answer === undefined) throw unreadableAudio(format, said);
    const facts = factsOf(answer, said, format);
    if (facts.claimedSeconds !== null) this.refuseTooLong(facts.claimedSeconds);
    await this.tryToDecode(source, signal);
    return facts;
  }

  /**
   * Decodes a recording once, from end to end, and hands it over in chunks cut at pauses; where there are none, chunks overlap. Memory and
   * disk stay flat: a few chunks may be with `onChunk` while decoding goes on, for more it waits.
   * @param path the recording
   * @param format what `recogniseAudio` said
   * @param limits what a chunk may be
   * @param onChunk is given each chunk as a file, which is deleted when the promise settles; chunks begin in order and may end in another
   * @throws FieldError `unreadable_audio`, `recording_too_long`, `decoder_stopped`; what `onChunk` throws; the signal's reason
   */
  async cutIntoChunks(
    path: string,
    format: AudioFormat,
    limits: ChunkLimits,
    onChunk: (chunk: Chunk) => Promise<void>,
    { signal, workDirectory }: { signal?: AbortSignal; workDirectory: string },
  ): Promise<CutRecording> {
    const source = { path: resolve(path), format };
    const cutter = new RecordingCutter(limits, workDirectory, async (chunk) => {
      signal?.throwIfAborted(); // one block of sound may give several chunks
      await onChunk(chunk);
    });
    try {
      const decoded = await this.decoder.decode(source, (block) => cutter.add(block), { signal });
      const soundSha256 = await cutter.finish();
      return { ...decoded, soundSha256, chunkCount: cutter.chunkCount, speech: cutter.speechSoFar };
    } finally {
      await cutter.discard();
    }
  }

  /**
   * Gives the work a private directory on the disk meant for it, removed whatever happens.
   * @param name what the work is, for whoever looks into the folder
   * @param bytes how much the work will write
   * @throws FieldError `insufficient_storage` when the disk has not that much left
   */
  async withWorkDirectory<T>(name: string, bytes: number, work: (directory: string) => Promise<T>): Promise<T> {
    return withWorkDirectory(this.config.recordings.workDirectory, { name, bytes }, work);
  }

  /**
   * Removes the work directories of processes that died. Run at process start.
   * @returns how many were removed
   */
  async sweepWorkDirectories(): Promise<number> {
    return sweepWorkDirectories(this.config.recordings.workDirectory);
  }

  private async tryToDecode(source: Source, signal?: AbortSignal): Promise<void> {
    const program = await this.ffmpeg.decode(source, TRIAL_SECONDS, signal);
    let samples = 0;
    for await (const block of soundBlocks(program.output)) samples += block.length;
    const outcome = await program.outcome;
    refuseBrokenCage(outcome);
    if (samples === 0) throw unreadableAudio(source.format, outcome.stderr);
    if (samples < SHORTEST_SECONDS * SAMPLE_RATE) {
      throw new FieldError(mediaErrors.recording_too_short, mediaErrors.recording_too_short.example);
    }
  }

  private refuseTooLong(seconds: number): void {
    const { maxSeconds } = this.config.recordings;
    if (seconds > maxSeconds) throw tooLong(lengthInWords(seconds), maxSeconds);
  }
}
