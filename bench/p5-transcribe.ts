import { decodeBare, mp3Recording } from './recordings.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';
import { Transcribing } from './transcribing.ts';

const HOUR = 3_600;
const WORKERS = 2;
const CHUNKS_AT_ONCE = 10;
/** The provider of this row answers after so many seconds of sound each second. */
const TIMES_REAL_TIME = 100;

export const p5: Row = {
  id: 'P5',
  work: `A recording of 1 h from order to transcript, by ${WORKERS} workers with ${CHUNKS_AT_ONCE} chunks at once and a provider that is ${TIMES_REAL_TIME} times as fast as the speech`,
  floor: "the provider's time for the longest chunk, and one bare ffmpeg that decodes the recording",
  unit: 's',
  reach: { atMost: 1.5 },
  variants: onBothQueues(open),
};

async function open(stage: Stage, queue: Record<string, string>): Promise<Sides> {
  const path = await mp3Recording(stage.directory, HOUR);
  const provider = await stage.startProgram('bench/stubs/speech-provider.ts', { TIMES_REAL_TIME: String(TIMES_REAL_TIME) });
  const settings = {
    ...queue,
    ...{ OPENAI_API_KEY: 'none', OPENAI_BASE_URL: `${provider}/v1`, SPEECH_PROVIDER: 'openai' },
    SPEECH_CONCURRENCY: String(CHUNKS_AT_ONCE / WORKERS),
  };
  const account = await Transcribing.open(stage, settings);
  for (let worker = 0; worker < WORKERS; worker += 1) await stage.startWorker(settings);
  const recording = await account.upload(path);
  const warmUp = await account.transcribe(recording);
  const longest = await longestChunk(stage, warmUp.id);
  return {
    steno: async () => (await account.transcribe(recording)).seconds,
    floor: async () => longest / TIMES_REAL_TIME + (await decodeBare(path)),
  };
}

async function longestChunk(stage: Stage, transcriptionId: string): Promise<number> {
  const sql = 'SELECT max(end_seconds - start_seconds) AS seconds FROM transcription_chunks WHERE transcription_id = $1';
  return stage.asOwner(async (owner) => (await owner.query<{ seconds: number }>(sql, [transcriptionId])).rows[0]?.seconds ?? NaN);
}
