import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { FieldError } from '#errors';
import type { AudioFormat } from './audio-format.js';
import { type AudioFacts, claimedSeconds, factsOf, unreadableAudio } from './audio-facts.js';
import { Ffmpeg, refuseBrokenCage, type Source } from './ffmpeg.js';
import { mediaErrors } from './media.errors.js';
import { type ProgramOutcome, ProgramRunner } from './program-runner.js';
import { type Chunk, type ChunkLimits, RecordingCutter } from './recording-cutter.js';
import { soundBlocks } from './sound-blocks.js';
import type { Span } from './speech-map.js';
import { lengthInWords } from './length-in-words.js';
import { SAMPLE_RATE } from './wav.js';
import { sweepWorkDirectories, withWorkDirectory } from './work-directory.js';

/** So much is decoded at upload, to refuse what only claims to be sound. */
const TRIAL_SECONDS = 10;
const SHORTEST_SECONDS = 0.1;

/** What ffmpeg says when it left out sound. What it says about tags and pictures in the file is not among it. */
const LEFT_OUT =
  /Error while decoding|Error submitting|Invalid data|CRC mismatch|Error parsing|exceeds containing|Truncating packet|partial file/i;

/** A recording after it was cut. */
export interface CutRecording {
  /** Counted while decoding. */
  seconds: number;
  chunkCount: number;
  /** Where there may be speech, in seconds from the start. */
  speech: Span[];
  /** Of the decoded sound, 16 kHz mono 16-bit samples; hexadecimal. The same whatever the file's tags say. */
  soundSha256: string;
  /** Parts could not be decoded, or it ends before it says it does. */
  damaged: boolean;
}

/** Everything that touches recordings as files. */
@Injectable()
export class MediaService {
  private readonly ffmpeg: Ffmpeg;

  constructor(
    private readonly config: Config,
    programs: ProgramRunner,
  ) {
    this.ffmpeg = new Ffmpeg(config, programs);
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
    const cutter = new RecordingCutter(limits, workDirectory, onChunk);
    const claim = this.claimOf(source, signal);
    try {
      const outcome = await this.decodeInto(cutter, source, signal);
      if (cutter.seconds === 0) throw unreadableAudio(format, outcome.stderr);
      const soundSha256 = await cutter.finish();
      return {
        soundSha256,
        seconds: cutter.seconds,
        chunkCount: cutter.chunkCount,
        speech: cutter.speechSoFar,
        damaged: outcome.code !== 0 || LEFT_OUT.test(outcome.stderr) || fallsShort(cutter.seconds, await claim),
      };
    } finally {
      await claim;
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

  private async decodeInto(cutter: RecordingCutter, source: Source, signal?: AbortSignal): Promise<ProgramOutcome> {
    const { maxSeconds } = this.config.recordings;
    // One second more than allowed, so that what is too long shows.
    const program = await this.ffmpeg.decode(source, maxSeconds + 1, signal);
    try {
      for await (const block of soundBlocks(program.output)) {
        if (cutter.seconds + block.length / SAMPLE_RATE > maxSeconds)
          throw tooLong(`more than ${lengthInWords(maxSeconds)}`, maxSeconds);
        await cutter.add(block);
        signal?.throwIfAborted();
      }
      const outcome = await program.outcome;
      refuseBrokenCage(outcome);
      return outcome;
    } finally {
      program.kill();
      await Promise.allSettled([program.outcome]);
    }
  }

  /** How long the file says it lasts. A file that cannot even be probed says nothing; decoding tells what is wrong with it. */
  private async claimOf(source: Source, signal?: AbortSignal): Promise<number | null> {
    return this.ffmpeg.probe(source, signal).then(
      ({ answer, said }) => (answer === undefined ? null : claimedSeconds(answer, said)),
      () => null,
    );
  }

  private refuseTooLong(seconds: number): void {
    const { maxSeconds } = this.config.recordings;
    if (seconds > maxSeconds) throw tooLong(lengthInWords(seconds), maxSeconds);
  }
}

/** A second and two per cent are lost by encoders that round and pad. */
function fallsShort(seconds: number, claimed: number | null): boolean {
  return claimed !== null && claimed - seconds > Math.max(1, claimed * 0.02);
}

function tooLong(length: string, maxSeconds: number): FieldError {
  return new FieldError(
    mediaErrors.recording_too_long,
    `The recording lasts ${length} and at most ${lengthInWords(maxSeconds)} are accepted. Cut it into shorter recordings.`,
    { members: { maxSeconds } },
  );
}
