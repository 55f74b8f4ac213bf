import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AudioService } from '#audio';
import { Database, type Transcription } from '#database';
import { Log } from '#observability';
import { type TranscriptionWish, TranscriptionControl, TranscriptionService } from '#transcription';
import { testConfig } from '#testing/config';
import { testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { DOUBLE_KEY, type SpeechDouble, startOpenAiDouble } from '#testing/speech-doubles';
import { createWorker } from '../src/create-worker.js';

/** The whole worker, with a provider that does as it is told, and what orders of it. */
export interface TestWorker {
  app: INestApplicationContext;
  database: Database;
  provider: SpeechDouble;
  workspaceId: string;
  control: TranscriptionControl;
  /** Takes a recording in. @returns its id */
  upload(recording: Buffer): Promise<string>;
  order(audioId: string, wish?: TranscriptionWish): Promise<Transcription>;
  look(id: string): Promise<Transcription>;
  /** Waits until it holds, at most 60 seconds. */
  until(id: string, holds: (transcription: Transcription) => boolean): Promise<Transcription>;
  query<Row extends object>(sql: string, parameters: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/**
 * @param overrides environment variables by name
 * @param models corrections of the tables of speech models, as SPEECH_MODELS_FILE has them
 */
export async function startTestWorker(overrides: Record<string, string> = {}, models: object = {}): Promise<TestWorker> {
  const server = await testDatabase();
  const home = mkdtempSync(join(tmpdir(), 'steno-worker-'));
  const modelsFile = join(home, 'models.json');
  writeFileSync(modelsFile, JSON.stringify(models));
  const provider = await startOpenAiDouble();
  const config = testConfig({
    SPEECH_MODELS_FILE: modelsFile,
    DATABASE_URL: server.url,
    STENO_HOME: home,
    OPENAI_API_KEY: DOUBLE_KEY,
    OPENAI_BASE_URL: `${provider.url}/v1`,
    ...overrides,
  });
  const app = await createWorker(config, new Log({ app: 'worker', level: 'silent' }));
  const database = app.get(Database);
  const workspaceId = (await makeWorkspace(database)).id;
  const who = { workspaceId, userId: uuidv7() };
  const transcriptions = app.get(TranscriptionService, { strict: false });
  const look = (id: string) => transcriptions.get(workspaceId, id);
  return {
    app,
    database,
    provider,
    workspaceId,
    control: app.get(TranscriptionControl, { strict: false }),
    upload: async (recording) => {
      const incoming = { name: 'made.wav', body: Readable.from([recording]), signal: new AbortController().signal };
      return (await app.get(AudioService, { strict: false }).takeIn(who, incoming)).id;
    },
    order: (audioId, wish = {}) => transcriptions.order(who, audioId, { provider: 'openai', reuse: false, ...wish }),
    look,
    until: async (id, holds) => {
      const deadline = performance.now() + 60_000;
      for (;;) {
        const transcription = await look(id);
        if (holds(transcription)) return transcription;
        if (performance.now() > deadline) throw new Error(`Waited in vain; it stands at ${JSON.stringify(transcription)}`);
        await sleep(20);
      }
    },
    query: (sql, parameters) => database.asSystem((tx) => tx.query(sql, parameters)),
    stop: async () => {
      await app.close();
      await provider.close();
      await server.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Has Groq's parts cut short, so that several of them are quickly there. */
export const SHORT_PARTS = { groq: [{ id: 'whisper-large-v3-turbo', preferredSeconds: 20 }] };

/** Sounds as short as syllables, with a second of silence each ten seconds, 8 kHz: quickly made, and cut as speech is. */
export function longRecording(seconds: number): Buffer {
  const rate = 8_000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + seconds * rate * 2, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(seconds * rate * 2, 40);
  const tenSeconds = Buffer.alloc(10 * rate * 2);
  for (let sample = 0; sample < 9 * rate; sample += 1) {
    const loudness = Math.max(0, Math.sin((2 * Math.PI * 4 * sample) / rate));
    tenSeconds.writeInt16LE(Math.round(8_000 * loudness * Math.sin(sample / 3)), sample * 2);
  }
  return Buffer.concat([header, ...Array<Buffer>(seconds / 10).fill(tenSeconds)]);
}
