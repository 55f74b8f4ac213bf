import { describe, expect, it } from '@jest/globals';
import { readEvents, type StreamEvent } from './event-stream.ts';
import type { ProgressEvent } from './progress.ts';
import { quickly } from './quick-timers.fixture.ts';
import { type Answer, broken, json, problem, ScriptedServer, silent, stream } from './scripted-server.fixture.ts';

const ID = '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708';

const state = (status: string, progress = 0): object => ({ id: ID, status, stage: 'transcribe', progress, error: null });
const event = (id: number, type: string, progress: number): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(state(type === 'progress' ? 'processing' : type, progress))}\n\n`;
const nothing: Answer = () => new Response(null, { status: 204 });

async function collect(events: AsyncIterable<ProgressEvent>): Promise<[id: string, type: string, progress: number][]> {
  const seen: [string, string, number][] = [];
  for await (const {
    id,
    type,
    state: { progress },
  } of events)
    seen.push([id, type, progress]);
  return seen;
}

const failureOf = (act: () => Promise<unknown>): Promise<unknown> =>
  quickly(act).then(
    () => undefined,
    (error: unknown) => error,
  );

describe('readEvents', () => {
  const TEXT = 'retry: 50\r\n\r\n: alive\n\nid: 1\nevent: progress\ndata: {"a":\ndata: "ä"}\n\nid: 2\rdata:two\r\rdata: cut off';
  const EVENTS: StreamEvent[] = [
    { id: '1', event: 'progress', data: '{"a":\n"ä"}' },
    { id: '2', event: 'message', data: 'two' },
  ];

  it.each([1, 2, 3, 7, 1_000])('finds the events in pieces of %d bytes', async (size) => {
    const bytes = new TextEncoder().encode(`${TEXT}`);
    const retries: number[] = [];
    let offset = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (offset >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(offset, (offset += size)));
      },
    });
    const found: StreamEvent[] = [];
    const options = { onPiece: () => undefined, onRetry: (milliseconds: number) => retries.push(milliseconds) };
    for await (const one of readEvents(body, options)) found.push(one);
    expect(found).toEqual(EVENTS);
    expect(retries).toEqual([50]);
  });
});

describe('following', () => {
  it('ends with the last state', async () => {
    const server = new ScriptedServer(stream(event(1, 'progress', 10), event(2, 'completed', 100), event(3, 'progress', 0)));
    expect(await collect(server.client().transcriptions.follow(ID))).toEqual([
      ['1', 'progress', 10],
      ['2', 'completed', 100],
    ]);
    expect(server.seen[0]?.path).toBe(`/api/v1/transcriptions/${ID}/events`);
  });

  it('goes on where a connection broke, as soon as the server wants', async () => {
    const cut = event(2, 'progress', 20).slice(0, -20);
    const server = new ScriptedServer(
      stream('retry: 100\n\n', event(1, 'progress', 10), cut),
      broken,
      stream(event(2, 'progress', 20), event(9, 'failed', 20)),
    );
    const seen = await quickly(() => collect(server.client().transcriptions.follow(ID)));
    expect(seen.map(([id]) => id)).toEqual(['1', '2', '9']);
    expect(server.seen.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '1', '1']);
  });

  it('ends when there is nothing newer', async () => {
    const server = new ScriptedServer(nothing);
    expect(await collect(server.client().transcriptions.follow(ID, { lastEventId: '9' }))).toEqual([]);
    expect(server.seen[0]?.headers.get('last-event-id')).toBe('9');
  });

  it('connects anew when nothing is heard', async () => {
    const mute: Answer = ({ signal }) =>
      new Response(
        new ReadableStream({
          start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
        }),
      );
    const server = new ScriptedServer(mute, stream(event(1, 'completed', 100)));
    expect(await quickly(() => collect(server.client().transcriptions.follow(ID)))).toHaveLength(1);
  });

  it('gives up when no connection brings anything', async () => {
    const server = new ScriptedServer(...Array.from({ length: 6 }, () => stream()));
    expect(await failureOf(() => collect(server.client().transcriptions.follow(ID)))).toMatchObject({ name: 'ConnectionError' });
    expect(server.seen).toHaveLength(6);
  });

  it('is refused as any request', async () => {
    const server = new ScriptedServer(problem(404, 'transcription_not_found'));
    const failure = await failureOf(() => collect(server.client().transcriptions.follow(ID)));
    expect(failure).toMatchObject({ code: 'transcription_not_found' });
  });
});

describe('createAndWait', () => {
  it('gives the transcript, and told the id before it waited', async () => {
    const done = { ...state('completed', 100), text: 'hello' };
    const server = new ScriptedServer(
      json(state('pending'), 202),
      stream(event(1, 'progress', 40), event(2, 'completed', 100)),
      json(done),
    );
    const told: unknown[] = [];
    const options = {
      onCreated: ({ id }: { id: string }) => told.push(id),
      onProgress: ({ progress }: { progress: number }) => told.push(progress),
    };
    expect(await server.client().transcriptions.createAndWait({ audioId: ID }, options)).toEqual(done);
    expect(told).toEqual([ID, 40, 100]);
  });

  it('throws the id when the time is over, and waiting can go on', async () => {
    const server = new ScriptedServer(json(state('pending'), 202), silent, nothing, json(state('completed', 100)));
    const client = server.client();
    const late = client.transcriptions.createAndWait({ audioId: ID }, { maxWaitMs: 60 });
    await expect(late).rejects.toMatchObject({ name: 'UnfinishedError', id: ID, reason: 'timeout' });
    await expect(late).rejects.toThrow(`transcriptions.wait('${ID}')`);
    expect(await client.transcriptions.wait(ID)).toMatchObject({ status: 'completed' });
  });

  it('throws the id when it is aborted, or when nobody may look any more', async () => {
    const controller = new AbortController();
    const stop: Answer = (request) => {
      controller.abort();
      return silent(request);
    };
    const aborted = new ScriptedServer(json(state('pending'), 202), stop).client();
    const waiting = failureOf(() => aborted.transcriptions.createAndWait({ audioId: ID }, { signal: controller.signal }));
    expect(await waiting).toMatchObject({ name: 'UnfinishedError', id: ID, reason: 'aborted' });
    const expired = new ScriptedServer(json(state('pending'), 202), problem(401, 'access_token_invalid')).client();
    const failure = await failureOf(() => expired.transcriptions.createAndWait({ audioId: ID }));
    expect(failure).toMatchObject({
      name: 'UnfinishedError',
      id: ID,
      reason: 'failure',
      cause: { code: 'access_token_invalid' },
    });
  });

  it.each([
    ['failed', { code: 'no_speech', detail: 'Nobody speaks.' }, /failed: Nobody speaks\.$/],
    ['cancelled', null, /was cancelled\.$/],
  ])('throws when it %s', async (status, error, message) => {
    const ended = { ...state(status), error };
    const client = new ScriptedServer(json(state('pending'), 202), stream(event(1, status, 3)), json(ended)).client();
    const failure = await failureOf(() => client.transcriptions.createAndWait({ audioId: ID }));
    expect(failure).toMatchObject({
      name: 'TranscriptionFailedError',
      id: ID,
      transcription: ended,
      message: expect.stringMatching(message),
    });
  });

  it('waits for a server that is away', async () => {
    const away = Array.from({ length: 6 }, () => problem(503, 'service_unavailable'));
    const server = new ScriptedServer(
      json(state('pending'), 202),
      ...away,
      stream(event(2, 'completed', 100)),
      json(state('completed')),
    );
    const done = await quickly(() => server.client({ retries: 2 }).transcriptions.createAndWait({ audioId: ID }));
    expect(done).toMatchObject({ status: 'completed' });
  });
});
