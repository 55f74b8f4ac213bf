import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { AuditModule } from '#audit';
import { ConfigModule } from '#config';
import {
  type Audio,
  type ChunkTranscript,
  Database,
  DatabaseModule,
  SecondTrack,
  TranscriptionChunk,
  TranscriptSegment,
} from '#database';
import { IdempotencyModule } from '#idempotency';
import { Log, ObservabilityModule } from '#observability';
import { type JobName, QueuesModule } from '#queues';
import { ClaimedJob, type JobFacts } from '#queues/worker';
import { ObjectStore, sha256Of, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeAudio, makeTranscription, makeWorkspace } from '#testing/factories';
import { VaultModule } from '#vault';
import { AssembleHandler } from './assemble.handler.js';
import { PrepareHandler } from './prepare.handler.js';
import { TranscriptionWorkerModule } from './transcription-worker.module.js';

const home = mkdtempSync(join(tmpdir(), 'steno-channels-'));
let server: TestDatabase;
let module: TestingModule;
let database: Database;

beforeAll(async () => {
  server = await testDatabase();
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, STENO_HOME: home, OPENAI_API_KEY: 'sk-test' })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      AuditModule,
      VaultModule,
      StorageModule.forConfig(),
      QueuesModule,
      IdempotencyModule,
      TranscriptionWorkerModule,
    ],
  }).compile();
  await module.init();
  database = module.get(Database);
});
afterAll(async () => {
  await module.close();
  await server.drop();
  rmSync(home, { recursive: true, force: true });
});

/** Runs ffmpeg to make a file. */
async function record(name: string, ...args: string[]): Promise<string> {
  const path = join(home, name);
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, '-ar', '16000', '-ac', '1', path]);
  return path;
}

/**
 * A microphone that hears "me", and from 5 s on "others" 12 dB fainter; and what the computer played, recorded from 0.7 s later on.
 */
async function microphoneAndComputer(): Promise<[string, string]> {
  const me = await record(
    'me.wav',
    '-f',
    'lavfi',
    '-i',
    "flite=text='good morning everyone let us begin with the numbers':voice=slt",
  );
  const others = await record(
    'others.wav',
    '-f',
    'lavfi',
    '-i',
    "flite=text='the report will be ready before the end of the month':voice=rms",
  );
  const bleed =
    '[1]volume=-12dB,adelay=5000:all=1[bleed];[0]adelay=300:all=1,apad=whole_dur=10[me];[me][bleed]amix=inputs=2:normalize=0';
  const microphone = await record('microphone.flac', '-i', me, '-i', others, '-filter_complex', bleed);
  const computer = await record('computer.flac', '-i', others, '-af', 'adelay=4300:all=1,apad=whole_dur=9');
  return [microphone, computer];
}

async function claim<N extends JobName>(name: N, workspaceId: string, subjectId: string): Promise<ClaimedJob<N>> {
  const [facts] = await database.asSystem(async (tx) => {
    await tx.execute(`DELETE FROM jobs WHERE name = $1 AND subject_id = $2`, [name, subjectId]);
    return tx.query<JobFacts<N>>(
      `INSERT INTO jobs (workspace_id, name, subject_id, state, epoch, request_id, lease_until)
       VALUES ($1, $2, $3, 'running', 1, 'req_of_the_test', now() + interval '1 minute')
       RETURNING id, name, workspace_id AS "workspaceId", subject_id AS "subjectId", generation, part, payload,
         request_id AS "requestId", epoch, failures, crashes, 0 AS "ageSeconds"`,
      [workspaceId, name, subjectId],
    );
  });
  if (facts === undefined) throw new Error('The job was not written.');
  return new ClaimedJob(facts, AbortSignal.timeout(60_000), database);
}

/** Puts a recording of two tracks into store and tables. */
async function dualRecording(workspaceId: string): Promise<Audio> {
  const [microphone, computer] = await microphoneAndComputer();
  const storedAs = uuidv7();
  const facts = async (path: string) => ({
    container: 'flac',
    contentType: 'audio/flac',
    codec: 'flac',
    sha256: await sha256Of(path),
  });
  const audio = await makeAudio(database, workspaceId, { tracks: 2, ...(await facts(microphone)) });
  const objectKey = `workspaces/${workspaceId}/audio/${storedAs}/original.flac`;
  await module.get(ObjectStore).put(audio.objectKey, createReadStream(microphone), { contentType: 'audio/flac' });
  await module.get(ObjectStore).put(objectKey, createReadStream(computer), { contentType: 'audio/flac' });
  const names = { firstName: 'Me', name: 'Others' };
  const row = {
    audioId: audio.id,
    workspaceId,
    ...names,
    storedAs,
    objectKey,
    bytes: '1',
    sampleRate: 16_000,
    channels: 1,
    claimedSeconds: 9,
  };
  await database.asSystem(async (tx) => tx.manager.insert(SecondTrack, { ...row, ...(await facts(computer)) }));
  return audio;
}

const OPTIONS = { provider: 'openai', model: 'whisper-1', language: null, prompt: null, temperature: null, diarize: false };

const heard = (text: string, start: number, end: number): ChunkTranscript => ({
  text,
  language: 'en',
  timestampSource: 'provider',
  segments: [{ start, end, text, speaker: null, confidence: null }],
  words: [],
  warnings: [],
});

describe('a recording of two tracks', () => {
  it('is cut track by track, each line goes to who said it, and no echo goes to a provider', async () => {
    const { id: workspaceId } = await makeWorkspace(database, {});
    const audio = await dualRecording(workspaceId);
    const options = { ...OPTIONS, channels: ['Me', 'Others'] };
    const { id } = await makeTranscription(database, workspaceId, { audioId: audio.id, options });
    await module.get(PrepareHandler).run(await claim('transcription.prepare', workspaceId, id));

    const chunks = await database.asSystem((tx) =>
      tx.manager.find(TranscriptionChunk, { where: { transcriptionId: id }, order: { index: 'ASC' } }),
    );
    expect(chunks.map(({ channel, startSeconds }) => [channel, startSeconds])).toEqual([
      [0, 0],
      [1, expect.closeTo(0.7, 2)],
    ]);
    // The microphone hears the others from 5 s on, which is theirs.
    expect(chunks.map(({ speech }) => speech.every(({ start, end }) => end < 5 || start > 4.5))).toEqual([true, true]);
    expect(chunks[0]?.speech.every(({ end }) => end < 5)).toBe(true);
    expect(chunks[1]?.speech.every(({ start }) => start > 4.5)).toBe(true);

    // As an engine that hears the faintest echo would write it down.
    const [me, others] = [heard('good morning everyone', 0.4, 3), heard('the report will be ready', 4.4, 7)];
    const echo = { start: 5.2, end: 7.8, text: 'the report would be ready', speaker: null, confidence: null };
    const transcripts = [{ ...me, text: `${me.text} ${echo.text}`, segments: [...me.segments, echo] }, others];
    await database.asSystem(async (tx) => {
      for (const [index, transcript] of transcripts.entries())
        await tx.manager.update(TranscriptionChunk, { transcriptionId: id, index }, { status: 'done', transcript });
      await tx.execute(`UPDATE transcriptions SET stage = 'assemble' WHERE id = $1`, [id]);
    });
    await module.get(AssembleHandler).run(await claim('transcription.assemble', workspaceId, id));

    const lines = await database.asSystem((tx) =>
      tx.manager.find(TranscriptSegment, { where: { transcriptionId: id }, order: { index: 'ASC' } }),
    );
    expect(lines.map(({ speaker, channel, text, start }) => ({ speaker, channel, text, start }))).toEqual([
      { speaker: 'Me', channel: 0, text: 'good morning everyone', start: 0.4 },
      { speaker: 'Others', channel: 1, text: 'the report will be ready', start: expect.closeTo(5.1, 2) },
    ]);
  });
});

describe('a call with one person on each channel', () => {
  it('is cut channel by channel', async () => {
    const [microphone, computer] = await microphoneAndComputer();
    const path = join(home, 'call.wav');
    const stereo = '[0]apad=whole_dur=10[a];[1]apad=whole_dur=10[b];[a][b]amerge=inputs=2';
    await promisify(execFile)('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-y',
      '-i',
      microphone,
      '-i',
      computer,
      '-filter_complex',
      stereo,
      path,
    ]);
    const { id: workspaceId } = await makeWorkspace(database, {});
    const audio = await makeAudio(database, workspaceId, { channels: 2, sha256: await sha256Of(path) });
    await module.get(ObjectStore).put(audio.objectKey, createReadStream(path), { contentType: 'audio/wav' });
    const options = { ...OPTIONS, channels: ['Channel 1', 'Channel 2'] };
    const { id } = await makeTranscription(database, workspaceId, { audioId: audio.id, options });
    await module.get(PrepareHandler).run(await claim('transcription.prepare', workspaceId, id));
    const chunks = await database.asSystem((tx) => tx.manager.findBy(TranscriptionChunk, { transcriptionId: id }));
    expect(chunks.map(({ channel, startSeconds }) => [channel, startSeconds]).toSorted()).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });
});
