import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { ConfigModule } from '#config';
import { type Audio, Database, DatabaseModule, SecondTrack } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { type JobName, QueuesModule } from '#queues';
import { ClaimedJob, type JobFacts } from '#queues/worker';
import { ObjectStore, sha256Of, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeWorkspace, makeAudio } from '#testing/factories';
import { AudioWorkerModule } from './audio-worker.module.js';
import { MixHandler } from './mix.handler.js';

const home = mkdtempSync(join(tmpdir(), 'steno-mix-'));
let server: TestDatabase;
let module: TestingModule;
let database: Database;

beforeAll(async () => {
  server = await testDatabase();
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, STENO_HOME: home })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      StorageModule.forConfig(),
      QueuesModule,
      AudioWorkerModule,
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

describe('audio.mix', () => {
  async function trackOf(audioId: string): Promise<SecondTrack> {
    return database.asSystem((tx) => tx.manager.findOneByOrFail(SecondTrack, { audioId }));
  }

  it('finds out how the tracks lie against each other and makes one recording of both', async () => {
    const { id: workspaceId } = await makeWorkspace(database, {});
    const { id } = await dualRecording(workspaceId);
    await module.get(MixHandler).run(await claim('audio.mix', workspaceId, id));
    const track = await trackOf(id);
    expect(track).toMatchObject({ mixStatus: 'ready', bySound: true, lagSeconds: expect.closeTo(0.7, 2), drift: 0 });
    const mix = await module.get(ObjectStore).head(track.mixKey ?? '');
    // 64 kbit/s for 10 seconds.
    expect(Math.abs((mix?.bytes ?? 0) - 80_000)).toBeLessThan(3_000);
    expect(mix?.contentType).toBe('audio/mpeg');
  });

  it('says so when there will be none', async () => {
    const { id: workspaceId } = await makeWorkspace(database, {});
    const { id } = await dualRecording(workspaceId);
    const job = await claim('audio.mix', workspaceId, id);
    await database.inWorkspace(workspaceId, (tx) => module.get(MixHandler).giveUp(tx, job.facts));
    expect((await trackOf(id)).mixStatus).toBe('failed');
  });
});
