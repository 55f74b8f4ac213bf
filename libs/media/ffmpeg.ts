import { basename, dirname, join } from 'node:path';
import type { Config } from '#config';
import { FieldError } from '#errors';
import { ALLOWED_DEMUXERS, type AudioFormat } from './audio-format.js';
import { mediaErrors } from './media.errors.js';
import type { ProgramOutcome, ProgramRunner, RunningProgram } from './program-runner.js';
import { SAMPLE_RATE } from './wav.js';

/** Reading 500 MB from a slow disk before the first sound comes takes seconds; a decoder that is silent for longer hangs. */
const STALL_MS = 60_000;
const PROBE_MS = 20_000;
/** ffmpeg maps about 400 MB of libraries; one audio stream needs little more, a bomb would. */
const MEMORY_BYTES = 1_500_000_000;
/** The slowest codec here (Opus, Vorbis) decodes 200 times faster than it plays on an old core; ten times that is allowed. */
const CPU_SHARE = 1 / 20;

/** Hz of a mix. */
const MIX_RATE = 48_000;
/** Decoding each of two recordings, and encoding. */
const MIX_CPU_SHARE = 3 * CPU_SHARE;
/** Rates of clocks are told to 5 millionths at this sample rate; ffmpeg takes whole numbers of Hz. */
const FINE_RATE = 4 * MIX_RATE;
/** Clocks that differ by less part by 0.2 s in twelve hours. */
const SAME_CLOCK = 5e-6;

const QUIET = ['-hide_banner', '-protocol_whitelist', 'file,pipe', '-format_whitelist', ALLOWED_DEMUXERS.join(',')];

/** What ffprobe says about a file; whatever it does not know is missing. */
export interface ProbeAnswer {
  streams?: {
    codec_type?: string;
    codec_name?: string;
    sample_rate?: string;
    channels?: number;
    duration?: string;
    disposition?: { attached_pic?: number };
  }[];
  format?: { duration?: string };
}

/** A file to read, with the format its first bytes told. */
export interface Source {
  /** Absolute. */
  path: string;
  format: AudioFormat;
}

/** A recording in a mix. */
export interface MixedPart extends Source {
  startsAtSeconds: number;
  rate: number;
}

/** Brings sound to the sample rate of a mix, and to its clock. */
function toClock(rate: number): string {
  if (Math.abs(rate - 1) < SAME_CLOCK) return `aresample=${MIX_RATE}`;
  return `aresample=${FINE_RATE},asetrate=${Math.round(FINE_RATE / rate)},aresample=${MIX_RATE}`;
}

/** ffmpeg and ffprobe, run in the cage with arguments that keep them to one file and its first audio stream. */
export class Ffmpeg {
  constructor(
    private readonly config: Config,
    private readonly programs: ProgramRunner,
  ) {}

  /**
   * Asks ffprobe what a file claims to be.
   * @returns its answer, undefined when it cannot make sense of the file, with what it said
   */
  async probe({ path, format }: Source, signal?: AbortSignal): Promise<{ answer?: ProbeAnswer; said: string }> {
    const program = this.config.ffmpeg.path;
    const outcome = await this.programs.collect({
      program: await this.find(join(dirname(program), basename(program).replace('ffmpeg', 'ffprobe')), program),
      args: [
        ...['-v', 'warning', ...QUIET, '-f', format.demuxer],
        ...[
          '-show_entries',
          'stream=codec_type,codec_name,sample_rate,channels,duration:stream_disposition=attached_pic:format=duration',
        ],
        ...['-of', 'json', '-i', `file:${path}`],
      ],
      readable: [path],
      limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: PROBE_MS / 1000, fileBytes: 0, openFiles: 64 },
      timeoutMs: PROBE_MS,
      signal,
    });
    refuseBrokenCage(outcome);
    if (outcome.code !== 0) return { said: outcome.stderr };
    // ffprobe's own output; every member is optional, so whatever is not there counts as unknown.
    return { answer: JSON.parse(outcome.stdout.toString('utf8')) as ProbeAnswer, said: outcome.stderr };
  }

  /**
   * Starts decoding the first audio stream to 16 kHz mono 16-bit sound.
   * @param seconds no more than so many seconds are decoded, whatever the file holds
   * @param channel the one that is wanted, from 0; without it all are mixed
   */
  async decode({ path, format }: Source, seconds: number, signal?: AbortSignal, channel?: number): Promise<RunningProgram> {
    const toMono = channel === undefined ? ['-ac', '1'] : ['-af', `pan=mono|c0=c${channel}`];
    return this.programs.start({
      program: await this.find(this.config.ffmpeg.path),
      args: [
        // One thread each: every further one reserves address space, and the cores are shared among recordings anyway.
        ...['-nostdin', '-v', 'error', ...QUIET, '-threads', '1', '-filter_threads', '1'],
        ...['-f', format.demuxer, '-i', `file:${path}`, '-map', '0:a:0', '-vn', '-sn', '-dn'],
        ...['-t', String(seconds), ...toMono, '-ar', String(SAMPLE_RATE), '-f', 's16le', '-flush_packets', '0', 'pipe:1'],
      ],
      readable: [path],
      limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: Math.ceil(60 + seconds * CPU_SHARE), fileBytes: 0, openFiles: 64 },
      timeoutMs: STALL_MS,
      signal,
    });
  }

  /**
   * Starts mixing the first audio streams of several recordings into one MP3, mono, 64 kbit/s. MP3 of a constant bit rate needs neither an
   * index nor a header written last, so that it comes out of a pipe, plays in every browser and is found by its bytes at any second.
   * @param parts each recording with when it begins, in seconds, and how long what it takes for a second lasts
   */
  async mix(parts: readonly MixedPart[], seconds: number, signal?: AbortSignal): Promise<RunningProgram> {
    const heard = parts.map(({ startsAtSeconds, rate }, index) => {
      const delay = `adelay=delays=${Math.round(startsAtSeconds * MIX_RATE)}S:all=1`;
      return `[${index}:a:0]${toClock(rate)},aformat=channel_layouts=mono,${delay}[part${index}]`;
    });
    const all = parts.map((_, index) => `[part${index}]`).join('');
    const mixed = `${all}amix=inputs=${parts.length}:duration=longest:normalize=0,alimiter=limit=0.9:level=disabled[mix]`;
    return this.programs.start({
      program: await this.find(this.config.ffmpeg.path),
      args: [
        ...['-nostdin', '-v', 'error', '-filter_complex_threads', '1'],
        ...parts.flatMap(({ path, format }) => [...QUIET, '-threads', '1', '-f', format.demuxer, '-i', `file:${path}`]),
        ...['-filter_complex', [...heard, mixed].join(';'), '-map', '[mix]', '-t', String(seconds), '-threads', '1'],
        ...['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0', '-id3v2_version', '0', '-map_metadata', '-1'],
        ...['-f', 'mp3', 'pipe:1'],
      ],
      readable: parts.map(({ path }) => path),
      limits: { memoryBytes: MEMORY_BYTES, cpuSeconds: Math.ceil(60 + seconds * MIX_CPU_SHARE), fileBytes: 0, openFiles: 64 },
      timeoutMs: STALL_MS,
      signal,
    });
  }

  private async find(program: string, configured = program): Promise<string> {
    const found = await this.programs.find(program);
    if (found !== undefined) return found;
    throw new FieldError(
      mediaErrors.ffmpeg_missing,
      `${basename(program)} was not found on the server (FFMPEG_PATH is ${configured}). ` +
        'Install it (Debian and Ubuntu: apt-get install -y ffmpeg; macOS: brew install ffmpeg) or set FFMPEG_PATH.',
    );
  }
}

/** ILL, TRAP, ABRT, BUS, FPE, KILL, SEGV, TERM, XCPU, XFSZ, SYS: what ends a program from outside or by its own fault. */
const KILLED = new Set([4, 5, 6, 7, 8, 9, 11, 15, 24, 25, 31]);

/**
 * Tells failures of the machine from failures of the file.
 * @throws FieldError `decoder_stopped` when the decoder was killed by something else than its file's end
 * @throws FieldError `sandbox_unavailable` when the cage broke
 */
export function refuseBrokenCage({ code, signal, stderr, timedOut }: ProgramOutcome): void {
  if (code !== 0 && /^(bwrap|prlimit|setpriv): /m.test(stderr)) {
    throw new FieldError(mediaErrors.sandbox_unavailable, 'ffmpeg could not be started in its sandbox. Try again later.', {
      cause: new Error(stderr.trim()),
    });
  }
  // A program killed inside bubblewrap ends it with 128 + the signal. Newer ffmpegs end with other codes above 128 for bad files.
  const killed = timedOut
    ? 'it took too long'
    : (signal ?? (code !== null && KILLED.has(code - 128) ? `signal ${code - 128}` : undefined));
  if (killed === undefined) return;
  throw new FieldError(
    mediaErrors.decoder_stopped,
    `The decoder was stopped before the end of the recording (${killed}). Try again; if it stays, export the recording again, for example as FLAC.`,
    { cause: new Error(stderr.trim()) },
  );
}
