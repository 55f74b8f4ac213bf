import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { wav } from '#testing/recordings';
import { type S3Double, startS3Double } from '#testing/s3-double';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';
import { s3Environment } from './uploads.fixture.js';

const BOUNDARY = 'steno-test-boundary';

function part(header: string, body: Buffer | string): Buffer[] {
  return [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${header}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ];
}

function form(...parts: Buffer[][]): Buffer {
  return Buffer.concat([...parts.flat(), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

const file = (body: Buffer, name = 'meeting.wav'): Buffer[] => part(`name="file"; filename="${name}"`, body);

describe('an upload', () => {
  let api: TestApi;
  let user: SignedInUser;
  beforeAll(async () => {
    api = await startTestApi({ MAX_UPLOAD_MB: '1' });
    user = await api.register();
  });
  afterEach(async () => {
    await api.database.asSystem((tx) => tx.execute('DELETE FROM audio'));
  });
  afterAll(() => api.stop());

  async function upload(payload: Buffer, contentType = `multipart/form-data; boundary=${BOUNDARY}`) {
    return api.app.inject({
      method: 'POST',
      url: '/api/v1/audio/upload',
      headers: { ...user.headers, 'content-type': contentType },
      payload,
    });
  }

  async function rowsLeft(): Promise<object[]> {
    return api.database.asSystem((tx) =>
      tx.query(`SELECT 'audio' AS left FROM audio UNION ALL SELECT name FROM jobs WHERE name <> 'mail.send'`),
    );
  }

  it.each([
    ['larger than allowed by less than what a form may add', file(wav(40)), 413, 'recording_too_large'],
    ['much larger than allowed', file(wav(80)), 413, 'recording_too_large'],
    ['no sound', file(Buffer.from('<html>'.repeat(100))), 415, 'unsupported_format'],
    ['empty', file(Buffer.alloc(0)), 422, 'empty_file'],
    ['not there', part('name="title"', 'no file'), 422, 'file_missing'],
  ] as const)('that is %s is refused and leaves nothing', async (_, parts, status, code) => {
    const response = await upload(form(parts));
    expect(response.json()).toMatchObject({ status, code });
    expect(await rowsLeft()).toEqual([]);
  });

  it('that is no form is refused', async () => {
    expect((await upload(Buffer.from('{}'), 'application/json')).json()).toMatchObject({ code: 'multipart_expected' });
  });

  it('is told by its bytes, counted and hashed, under a name without its path', async () => {
    const response = await upload(form(file(wav(1), '../../etc/meeting.mp3')));
    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({
      name: 'meeting.mp3',
      container: 'wav',
      bytes: 32_044,
      sampleRate: 16_000,
      channels: 1,
    });
    expect(response.headers['location']).toBe(`/api/v1/audio/${response.json<{ id: string }>().id}`);
    expect(await rowsLeft()).toEqual([{ left: 'audio' }]);
  });

  it('of no told length is refused once it is too large, and its connection is not kept waiting', async () => {
    await api.app.listen(0, '127.0.0.1');
    const { port } = new URL(await api.app.getUrl());
    const tooLarge = form(file(wav(80)));
    const started = performance.now();
    const outgoing = request({
      port,
      method: 'POST',
      path: '/api/v1/audio/upload',
      headers: { ...user.headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    });
    outgoing.on('error', () => undefined); // the server may close while this still sends
    outgoing.write(tooLarge.subarray(0, -100)); // and never an end
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(await json(response)).toMatchObject({ code: 'recording_too_large' });
    expect(performance.now() - started).toBeLessThan(5_000);
    await once(outgoing, 'close'); // the server hangs up, although this never ends
    expect(await rowsLeft()).toEqual([]);
  }, 15_000);

  it('of somebody else is not to be had by any route', async () => {
    const { id } = (await upload(form(file(wav(1))))).json<{ id: string }>();
    const stranger = await api.register();
    for (const route of ['', '/download', '/url']) {
      const url = `/api/v1/audio/${id}${route}`;
      expect((await api.app.inject({ method: 'GET', url, headers: stranger.headers })).statusCode).toBe(404);
      expect((await api.app.inject({ method: 'GET', url, headers: user.headers })).statusCode).toBe(200);
    }
  });
});

describe('an upload to a store that is away', () => {
  let s3: S3Double;
  let api: TestApi;
  let user: SignedInUser;
  beforeAll(async () => {
    s3 = await startS3Double();
    api = await startTestApi(s3Environment(s3));
    user = await api.register();
  });
  afterAll(async () => {
    await api.stop();
    await s3.stop();
  });

  it('is refused without asking the store to delete as well; the promise to discard stays', async () => {
    s3.fail('reset');
    const response = await api.app.inject({
      method: 'POST',
      url: '/api/v1/audio/upload',
      headers: { ...user.headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      payload: form(file(wav(1))),
    });
    expect(response.json()).toMatchObject({ status: 503, code: 'storage_unavailable' });
    expect(new Set(s3.requests)).toEqual(new Set(['PutObject']));
    const left = await api.database.asSystem((tx) =>
      tx.query(`SELECT name, state, due_at > now() + interval '5 hours' AS later FROM jobs WHERE name <> 'mail.send'`),
    );
    expect(left).toEqual([{ name: 'storage.discard', state: 'waiting', later: true }]);
  });
});
