import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChunkTranscript, Database, Transcription } from '#database';
import { NoMetrics } from '#observability';
import { UsageRecords } from '#usage';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeTranscription, makeWorkspace } from '#testing/factories';
import { assembleTranscript } from './assemble-transcript.js';
import { TranscriptionEvents } from './transcription-events.js';
import { type NewChunk, TranscriptionsRepository } from './transcriptions.repository.js';

const CHUNK_SECONDS = 28;
const CHUNKS = Math.ceil(36_000 / CHUNK_SECONDS);
const WORDS_A_CHUNK = 70;

/** Nobody outside wants to know. */
const silent = Object.assign(Object.create(TranscriptionEvents.prototype) as TranscriptionEvents, {
  started: () => Promise.resolve(),
  ended: () => Promise.resolve(),
});

describe('a recording of ten hours', () => {
  const transcriptions = new TranscriptionsRepository(
    { publish: () => Promise.resolve(), subscribe: () => () => undefined },
    new UsageRecords(new NoMetrics()),
    silent,
  );
  let server: TestDatabase;
  let database: Database;
  let order: Transcription;

  beforeAll(async () => {
    server = await testDatabase();
    database = await openDatabase(server.url);
    const { id } = await makeWorkspace(database);
    order = await makeTranscription(database, id);
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await server.drop();
  });

  it('is written down as it was cut, and its 90 000 words come back in order', async () => {
    const run = { id: order.id, generation: 1 };
    const cut = { seconds: CHUNKS * CHUNK_SECONDS, soundSha256: 'ab'.repeat(32), warnings: [], chunks: cutChunks() };
    await database.inWorkspace(order.workspaceId, async (tx) => {
      await transcriptions.begin(tx, run);
      expect(await transcriptions.prepared(tx, run, cut)).toBe(true);
    });
    const chunks = await database.inWorkspace(order.workspaceId, (tx) => transcriptions.chunks(tx, run));
    expect(chunks).toHaveLength(CHUNKS);
    expect(chunks[1]).toMatchObject({ startSeconds: 24, overlapSeconds: 4, speech: [{ start: 24, end: 56 }], status: 'done' });
    const whole = assembleTranscript(chunks);
    await database.inWorkspace(order.workspaceId, async (tx) => {
      expect(await transcriptions.complete(tx, run, whole)).toBe(true);
      const [found] = await tx.query<{ words: number; sound: string }>(
        `SELECT (SELECT sum(jsonb_array_length(words))::int FROM transcript_segments WHERE transcription_id = $1) AS words,
           (SELECT sound_sha256 FROM transcriptions WHERE id = $1) AS sound`,
        [order.id],
      );
      expect(found).toEqual({ words: CHUNKS * WORDS_A_CHUNK, sound: cut.soundSha256 });
      const [last] = await transcriptions.segments(tx, order.id, { skip: whole.segments.length - 1, take: 1 });
      expect(last?.words.at(-1)?.text).toBe(`w${CHUNKS * WORDS_A_CHUNK - 1}`);
    });
  });
});

/** Chunks that share four seconds, each with all words that begin in it: one every 0.4 s of the recording. */
function cutChunks(): NewChunk[] {
  return Array.from({ length: CHUNKS }, (_, index) => {
    const overlapSeconds = index === 0 ? 0 : 4;
    const startSeconds = index * CHUNK_SECONDS - overlapSeconds;
    const endSeconds = (index + 1) * CHUNK_SECONDS;
    const speech = [{ start: startSeconds, end: endSeconds }];
    const place = { index, channel: 0, loudness: null, startSeconds, endSeconds, overlapSeconds, speech };
    const transcript = transcriptOf(startSeconds, endSeconds);
    return { ...place, bytes: 900_000, objectKey: `chunks/${index}.wav`, sha256: null, transcript };
  });
}

function transcriptOf(from: number, to: number): ChunkTranscript {
  const second = CHUNK_SECONDS / WORDS_A_CHUNK;
  const [first, after] = [Math.round(from / second), Math.round(to / second)];
  const words = Array.from({ length: after - first }, (_, at) => {
    const start = (first + at) * second - from;
    return { start, end: start + second * 0.9, text: `w${first + at}`, confidence: null };
  });
  const text = words.map((word) => word.text).join(' ');
  const segments = [{ start: 0, end: to - from, text, speaker: null, confidence: null }];
  return { text, language: 'en', timestampSource: 'provider', segments, words, warnings: [] };
}
