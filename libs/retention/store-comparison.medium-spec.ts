import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { JobOutbox, QueuesModule } from '#queues';
import { ObjectStore, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeAudio, makeTranscription, makeWorkspace } from '#testing/factories';
import { StoreComparisonModule } from './retention.module.js';
import { type Disagreement, StoreComparison } from './store-comparison.js';

let server: TestDatabase;
let module: TestingModule;
let database: Database;
let store: ObjectStore;
const home = mkdtempSync(join(tmpdir(), 'steno-comparison-'));

beforeAll(async () => {
  server = await testDatabase();
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, STENO_HOME: home })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      StorageModule.forConfig(),
      QueuesModule,
      StoreComparisonModule,
    ],
  }).compile();
  await module.init();
  database = module.get(Database);
  store = module.get(ObjectStore);
});
afterAll(async () => {
  await module.close();
  await server.drop();
  rmSync(home, { recursive: true, force: true });
});

async function disagreements(): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for await (const disagreement of module.get(StoreComparison).disagreements()) found.push(disagreement);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function put(key: string): Promise<string> {
  await store.put(key, Readable.from([Buffer.from('sound')]), { contentType: 'audio/wav' });
  return key;
}

it('finds objects of nobody and recordings without their object, and nothing else', async () => {
  const { id } = await makeWorkspace(database);
  const [whole, bare] = [await makeAudio(database, id), await makeAudio(database, id)];
  const transcription = await makeTranscription(database, id);
  await put(whole.objectKey);
  await put(`workspaces/${id}/transcriptions/${transcription.id}/chunks/1/1/00000.wav`);
  // Of an upload under way: it has no recording yet.
  const upload = uuidv7();
  const beside = uuidv7();
  await database.asSystem(async (tx) => {
    await tx.execute(
      `INSERT INTO uploads (id, workspace_id, kind, name, object_key, expires_at) VALUES ($1, $2, 'resumable', 'x', 'k', now() + interval '1 day')`,
      [upload, id],
    );
    await tx.execute(
      `INSERT INTO second_tracks (audio_id, workspace_id, first_name, name, stored_as, object_key, bytes, sha256, container, content_type, codec,
         sample_rate, channels)
       VALUES ($1, $2, 'Me', 'Others', $3, $4, 1, '', 'wav', 'audio/wav', 'pcm_s16le', 16000, 1)`,
      [whole.id, id, beside, `workspaces/${id}/audio/${beside}/original.wav`],
    );
  });
  await put(`workspaces/${id}/audio/${upload}/tail-1000`);
  const ofNobody = [
    await put(`workspaces/${id}/audio/${uuidv7()}/original.wav`),
    await put(`workspaces/${id}/transcriptions/${uuidv7()}/chunks/1/1/00000.wav`),
    // A row of that id exists, but not one of that kind.
    await put(`workspaces/${id}/transcriptions/${whole.id}/chunks/1/1/00000.wav`),
    await put(`workspaces/${id}/elsewhere/${uuidv7()}/thing.bin`),
  ];
  const going = uuidv7();
  const prefix = `workspaces/${id}/audio/${going}/`;
  await put(`${prefix}original.wav`);
  await database.asSystem((tx) =>
    module
      .get(JobOutbox)
      .add(tx, 'storage.discard', { workspaceId: id, subjectId: going, payload: { prefix }, delaySeconds: 60 }),
  );
  const expected: Disagreement[] = [
    ...ofNobody.map((key) => ({ kind: 'orphan' as const, key })),
    { kind: 'missing', key: bare.objectKey },
    { kind: 'missing', key: `workspaces/${id}/audio/${beside}/original.wav` },
  ];
  expect(await disagreements()).toEqual(expected.sort((a, b) => (a.key < b.key ? -1 : 1)));
  for (const key of ofNobody) await store.delete(key);
  await put(bare.objectKey);
  await put(`workspaces/${id}/audio/${beside}/original.wav`);
  expect(await disagreements()).toEqual([]);
});
