import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuditModule } from '#audit';
import { ConfigModule } from '#config';
import { type Audio, Database, DatabaseModule, type Transcription } from '#database';
import { EventsModule } from '#events';
import { IdempotencyModule } from '#idempotency';
import { Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { QuotaModule } from '#quota';
import { StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { testDatabase, type TestDatabase } from '#testing/database';
import { makeAudio, makeTranscription, makeWorkspace } from '#testing/factories';
import { UsageModule } from '#usage';
import { VaultModule } from '#vault';
import { RetentionModule } from './retention.module.js';
import { RetentionService } from './retention.service.js';

let server: TestDatabase;
let module: TestingModule;
let database: Database;
let retention: RetentionService;
const home = mkdtempSync(join(tmpdir(), 'steno-retention-'));

beforeAll(async () => {
  server = await testDatabase();
  module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(testConfig({ DATABASE_URL: server.url, STENO_HOME: home })),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      DatabaseModule.as('steno-test'),
      AuditModule,
      VaultModule,
      StorageModule.forConfig(),
      EventsModule,
      QueuesModule,
      IdempotencyModule,
      QuotaModule,
      UsageModule,
      RetentionModule,
    ],
  }).compile();
  await module.init();
  database = module.get(Database);
  retention = module.get(RetentionService);
});
afterAll(async () => {
  await module.close();
  await server.drop();
  rmSync(home, { recursive: true, force: true });
});

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

async function column<T>(sql: string, parameters: unknown[]): Promise<T[]> {
  const rows = await database.asSystem((tx) => tx.query<{ value: T }>(sql, parameters));
  return rows.map(({ value }) => value);
}

const recordings = (workspaceId: string): Promise<string[]> =>
  column('SELECT id AS value FROM audio WHERE workspace_id = $1 ORDER BY id', [workspaceId]);
const transcriptions = (workspaceId: string): Promise<string[]> =>
  column('SELECT id AS value FROM transcriptions WHERE workspace_id = $1 ORDER BY id', [workspaceId]);
const discards = (workspaceId: string): Promise<string[]> =>
  column(`SELECT payload->>'prefix' AS value FROM jobs WHERE workspace_id = $1 AND name = 'storage.discard' ORDER BY 1`, [
    workspaceId,
  ]);
const receipts = (workspaceId: string): Promise<{ kind: string; olderThanDays: number; ids: string[] }[]> =>
  column(`SELECT details AS value FROM audit_log WHERE workspace_id = $1 AND action = 'retention.applied' ORDER BY id`, [
    workspaceId,
  ]);

/** A recording that came and a transcription that ended so many days ago. */
async function kept(workspaceId: string, days: number): Promise<{ audio: Audio; transcription: Transcription }> {
  const audio = await makeAudio(database, workspaceId, { createdAt: daysAgo(days) });
  const ended = { status: 'completed', finishedAt: daysAgo(days) } as const;
  return { audio, transcription: await makeTranscription(database, workspaceId, { audioId: audio.id, ...ended }) };
}

describe('retention', () => {
  it('deletes recordings that are too old, with their objects, and leaves a receipt; their transcripts stay', async () => {
    const { id } = await makeWorkspace(database, { audioRetentionDays: 30 });
    const [old, young] = [await kept(id, 31), await kept(id, 29)];
    await retention.apply();
    expect(await recordings(id)).toEqual([young.audio.id]);
    expect(await transcriptions(id)).toHaveLength(2);
    expect(await discards(id)).toEqual([`workspaces/${id}/audio/${old.audio.id}/`]);
    expect(await receipts(id)).toEqual([{ kind: 'recording', olderThanDays: 30, ids: [old.audio.id] }]);
  });

  it('deletes transcriptions that ended too long ago, with all that hangs on them; their recordings stay', async () => {
    const { id } = await makeWorkspace(database, { transcriptRetentionDays: 7 });
    const [old, young] = [await kept(id, 8), await kept(id, 6)];
    await database.asSystem((tx) =>
      tx.execute(
        `INSERT INTO transcript_segments (transcription_id, index, workspace_id, start, "end", text) VALUES ($1, 0, $2, 0, 1, 'hello')`,
        [old.transcription.id, id],
      ),
    );
    await retention.apply();
    expect(await transcriptions(id)).toEqual([young.transcription.id]);
    expect(await column('SELECT 1 AS value FROM transcript_segments WHERE workspace_id = $1', [id])).toEqual([]);
    expect(await recordings(id)).toHaveLength(2);
    expect(await discards(id)).toEqual([`workspaces/${id}/transcriptions/${old.transcription.id}/`]);
    expect(await receipts(id)).toEqual([{ kind: 'transcription', olderThanDays: 7, ids: [old.transcription.id] }]);
  });

  it('tells outside what it deletes', async () => {
    const { id } = await makeWorkspace(database, { audioRetentionDays: 7, transcriptRetentionDays: 7 });
    await database.asSystem((tx) =>
      tx.execute(
        `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events, status)
         VALUES (gen_random_uuid(), $1, 'standard', 'All', '', '{}', 'disabled')`,
        [id],
      ),
    );
    const { audio, transcription } = await kept(id, 8);
    await retention.apply();
    const told = `SELECT jsonb_build_object('type', type, 'facts', facts) AS value FROM webhook_events WHERE workspace_id = $1 ORDER BY id`;
    expect(await column(told, [id])).toEqual([
      { type: 'audio.deleted', facts: { audioId: audio.id, cause: 'retention' } },
      { type: 'transcription.deleted', facts: { transcriptionId: transcription.id, audioId: null, cause: 'retention' } },
    ]);
  });

  it('keeps a recording that is just being transcribed, and a transcription that has not ended', async () => {
    const { id } = await makeWorkspace(database, { audioRetentionDays: 1, transcriptRetentionDays: 1 });
    const { audio, transcription } = await kept(id, 10);
    await makeTranscription(database, id, { audioId: audio.id, status: 'processing', createdAt: daysAgo(9) });
    await retention.apply();
    expect(await recordings(id)).toEqual([audio.id]);
    expect(await transcriptions(id)).not.toContain(transcription.id);
    expect(await transcriptions(id)).toHaveLength(1);
  });

  it('leaves alone workspaces that keep everything and those that are being deleted', async () => {
    const forEver = await makeWorkspace(database);
    const closed = await makeWorkspace(database, { audioRetentionDays: 1, deletedAt: new Date() });
    for (const { id } of [forEver, closed]) await kept(id, 1_000);
    await retention.apply();
    for (const { id } of [forEver, closed]) expect(await recordings(id)).toHaveLength(1);
  });

  it('takes each row once, however many processes do it at once', async () => {
    const { id } = await makeWorkspace(database, { audioRetentionDays: 1 });
    for (let turn = 0; turn < 120; turn += 1) await makeAudio(database, id, { createdAt: daysAgo(2) });
    await Promise.all(Array.from({ length: 4 }, () => retention.apply()));
    // One that found only rows another was deleting leaves them to that one.
    await retention.apply();
    expect(await recordings(id)).toEqual([]);
    const ids = (await receipts(id)).flatMap((receipt) => receipt.ids);
    expect([ids.length, new Set(ids).size, (await discards(id)).length]).toEqual([120, 120, 120]);
  });
});
