import type { Config } from '#config';
import { claimedSeconds, unreadableAudio } from './audio-facts.js';
import { type Ffmpeg, refuseBrokenCage, type Source } from './ffmpeg.js';
import { lengthInWords } from './length-in-words.js';
import type { ProgramOutcome } from './program-runner.js';
import { soundBlocks } from './sound-blocks.js';
import { tooLong } from './too-long.js';
import { SAMPLE_RATE } from './wav.js';

/** What ffmpeg says when it left out sound. What it says about tags and pictures in the file is not among it. */
const LEFT_OUT =
  /Error while decoding|Error submitting|Invalid data|CRC mismatch|Error parsing|exceeds containing|Truncating packet|partial file/i;

/** A recording after all its sound was decoded. */
export interface DecodedRecording {
  /** Counted while decoding. */
  seconds: number;
  /** Parts could not be decoded, or it ends before it says it does. */
  damaged: boolean;
}

/** Decodes recordings from end to end. */
export class Decoder {
  constructor(
    private readonly config: Config,
    private readonly ffmpeg: Ffmpeg,
  ) {}

  /**
   * Decodes a recording to 16 kHz mono 16-bit sound. The decoder waits while `onBlock` runs.
   * @param onBlock is given the sound in blocks of whole frames and seconds, but for the last; a block is valid until it returns
   * @param channel the one that is wanted; without it all are mixed
   * @throws FieldError `unreadable_audio`, `recording_too_long`, `decoder_stopped`; what `onBlock` throws; the signal's reason
   */
  async decode(
    source: Source,
    onBlock: (samples: Int16Array) => Promise<void>,
    { signal, channel }: { signal?: AbortSignal; channel?: number } = {},
  ): Promise<DecodedRecording> {
    const claim = this.claimOf(source, signal);
    try {
      const { samples, outcome } = await this.run(source, onBlock, channel, signal);
      if (samples === 0) throw unreadableAudio(source.format, outcome.stderr);
      const seconds = samples / SAMPLE_RATE;
      const damaged = outcome.code !== 0 || LEFT_OUT.test(outcome.stderr) || fallsShort(seconds, await claim);
      return { seconds, damaged };
    } finally {
      await claim;
    }
  }

  private async run(
    source: Source,
    onBlock: (samples: Int16Array) => Promise<void>,
    channel?: number,
    signal?: AbortSignal,
  ): Promise<{ samples: number; outcome: ProgramOutcome }> {
    const { maxSeconds } = this.config.recordings;
    // One second more than allowed, so that what is too long shows.
    const program = await this.ffmpeg.decode(source, maxSeconds + 1, signal, channel);
    let samples = 0;
    try {
      for await (const block of soundBlocks(program.output)) {
        samples += block.length;
        if (samples / SAMPLE_RATE > maxSeconds) throw tooLong(`more than ${lengthInWords(maxSeconds)}`, maxSeconds);
        await onBlock(block);
        signal?.throwIfAborted();
      }
      const outcome = await program.outcome;
      refuseBrokenCage(outcome);
      return { samples, outcome };
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
}

/** A second and two per cent are lost by encoders that round and pad. */
function fallsShort(seconds: number, claimed: number | null): boolean {
  return claimed !== null && claimed - seconds > Math.max(1, claimed * 0.02);
}
