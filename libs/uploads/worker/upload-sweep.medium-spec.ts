import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { ConfigModule } from '#config';
import { Database, DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { IdempotencyModule } from '#idempotency';
import { Log, ObservabilityModule } from '#observability';
import { JOB_NAMES, type JobName, QueuesModule } from '#queues';
import { QueuesWorkerModule } from '#queues/worker';
import { QuotaModule } from '#quota';
import { ObjectStore, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { noHandler } from '#testing/jobs';
import { VaultModule } from '#vault';
import { UploadsService } from '../uploads.service.js';
import { UploadSweep } from './upload-sweep.js';
import { UploadsWorkerModule } from './uploads-worker.module.js';

const OWN_JOBS: JobName[] = ['uploads.clear', 'audio.import'];

let server: TestDatabase;
let home: string;
let worker: TestingModule;
let database: Database;
let workspaceId: string;

beforeAll(async () => {
  server = await testDatabase();
  home = await mkdtemp(join(tmpdir(), 'upload-sweep-'));
  const config = testConfig({ DATABASE_URL: server.url, STENO_HOME: home, WORKER_JOBS: 'uploads.clear' });
  worker = await Test.createTestingModule({
    imports: [
      ConfigModule.with(config),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      VaultModule,
      StorageModule.forConfig(),
      EventsModule,
      QueuesModule,
      QuotaModule,
      IdempotencyModule,
      QueuesWorkerModule,
      UploadsWorkerModule,
    ],
    providers: JOB_NAMES.filter((name) => !OWN_JOBS.includes(name)).map(noHandler),
  }).compile();
  await worker.init();
  database = worker.get(Database);
  workspaceId = (await makeWorkspace(database)).id;
});
afterAll(async () => {
  await worker.close();
  await server.drop();
  await rm(home, { recursive: true, force: true });
});

/** An upload with one part in the store. */
async function begin(kind: 'parts' | 'resumable'): Promise<string> {
  const uploads = worker.get(UploadsService);
  const upload = await uploads.begin({ workspaceId, userId: uuidv7() }, { kind, name: 'x', bytes: 1_000, sha256: null });
  await worker.get(ObjectStore).putPart(upload.objectKey, upload.storeUploadId ?? '', 1, Buffer.alloc(1_000));
  return upload.id;
}

async function change(sql: string, id: string): Promise<void> {
  await database.asSystem((tx) => tx.execute(`UPDATE uploads SET ${sql} WHERE id = $1`, [id]));
}

async function statusOf(id: string): Promise<string | undefined> {
  const [row] = await database.asSystem((tx) => tx.query<{ status: string }>('SELECT status FROM uploads WHERE id = $1', [id]));
  return row?.status;
}

async function filesLeft(): Promise<string[]> {
  const files: string[] = [];
  // Folders go away meanwhile, which a glob does not mind.
  for await (const entry of glob('**', { cwd: join(home, 'objects'), withFileTypes: true })) {
    if (entry.isFile()) files.push(entry.name);
  }
  return files;
}

async function untilNothingIsLeft(): Promise<void> {
  for (let turn = 0; (await filesLeft()).length > 0; turn += 1) {
    if (turn > 1_200) throw new Error(`Still there: ${(await filesLeft()).join(', ')}`);
    await sleep(50);
  }
}

/** Has what happens kept for an endpoint. */
async function listenFromOutside(): Promise<void> {
  await worker.get(Database).asSystem((tx) =>
    tx.execute(
      `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events, status)
       VALUES (gen_random_uuid(), $1, 'standard', 'All', '', '{}', 'disabled')`,
      [workspaceId],
    ),
  );
}

async function toldOf(id: string): Promise<object[]> {
  const sql = 'SELECT type, facts FROM webhook_events WHERE subject_id = $1';
  return worker.get(Database).asSystem((tx) => tx.query(sql, [id]));
}

describe('uploads', () => {
  it.each(['open', 'completing'])('that are %s when their time is over end, with what they stored', async (status) => {
    const [late, early] = [await begin('parts'), await begin('resumable')];
    await change(`status = '${status}', expires_at = now()`, late);
    await listenFromOutside();
    await worker.get(UploadSweep).sweep();
    expect([await statusOf(late), await statusOf(early)]).toEqual(['expired', 'open']);
    expect(await toldOf(late)).toEqual([{ type: 'upload.failed', facts: { uploadId: late, errorCode: 'upload_expired' } }]);
    await worker.get(UploadsService).abort(workspaceId, early);
    await untilNothingIsLeft();
    await expect(worker.get(UploadsService).abort(workspaceId, late)).rejects.toMatchObject({ code: 'upload_over' });
  });

  it('are looked after once more, for what a completion under way put there since', async () => {
    const id = await begin('parts');
    await worker.get(UploadsService).abort(workspaceId, id);
    await untilNothingIsLeft();
    const [again] = await database.asSystem((tx) =>
      tx.query<{ part: number; minutes: number }>(
        `SELECT part, round(extract(epoch FROM due_at - now()) / 60)::int AS minutes
         FROM jobs WHERE name = 'uploads.clear' AND subject_id = $1 AND state = 'waiting'`,
        [id],
      ),
    );
    expect(again).toEqual({ part: 1, minutes: 60 });
  });

  it('are forgotten a month after their end', async () => {
    const [old, young] = [await begin('parts'), await begin('parts')];
    for (const id of [old, young]) await worker.get(UploadsService).abort(workspaceId, id);
    await change(`finished_at = now() - interval '31 days'`, old);
    await worker.get(UploadSweep).sweep();
    expect([await statusOf(old), await statusOf(young)]).toEqual([undefined, 'aborted']);
  });
});
