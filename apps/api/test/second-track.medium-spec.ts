import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ObjectStore } from '#storage';
import { makeAudio } from '#testing/factories';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const BOUNDARY = 'steno-test-boundary';

function form(parts: Record<string, Buffer | string>): Buffer {
  const pieces = Object.entries(parts).flatMap(([name, body]) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${typeof body === 'string' ? '' : `; filename="${name}.wav"`}\r\n\r\n`,
    ),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

interface Recording {
  id: string;
  dual: { tracks: { name: string; startsAtSeconds: number | null }[]; mix: string; alignedBy: string | null } | null;
}

describe('two recordings of one event', () => {
  let api: TestApi;
  let user: SignedInUser;
  beforeAll(async () => {
    api = await startTestApi({ MAX_UPLOAD_MB: '1' });
    user = await api.register();
  });
  afterAll(() => api.stop());

  async function upload(parts: Record<string, Buffer | string>, headers: Record<string, string> = {}) {
    return api.app.inject({
      method: 'POST',
      url: '/api/v1/audio/upload',
      headers: { ...user.headers, ...headers, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      payload: form(parts),
    });
  }

  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) {
    return api.app.inject({
      method,
      url: `/api/v1/${path}`,
      headers: user.headers,
      ...(payload === undefined ? {} : { payload }),
    });
  }

  async function uploaded(hertz: number): Promise<string> {
    return (await upload({ file: wav(1, hertz) })).json<Recording>().id;
  }

  async function jobsOf(subject: string): Promise<string[]> {
    const sql = `SELECT name FROM jobs WHERE subject_id = $1 AND state = 'waiting' ORDER BY name, part`;
    return (await api.database.asSystem((tx) => tx.query<{ name: string }>(sql, [subject]))).map(({ name }) => name);
  }

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of api.app.get(ObjectStore).list('workspaces/')) keys.push(key);
    return keys;
  }

  it('are uploaded in one form, with the names of those who speak', async () => {
    const response = await upload({ firstTrackName: 'Me', file: wav(1), secondFile: wav(1, 600), secondTrackName: 'Others' });
    expect(response.statusCode).toBe(201);
    const { id, dual } = response.json<Recording>();
    expect(dual?.tracks.map(({ name, startsAtSeconds }) => [name, startsAtSeconds])).toEqual([
      ['Me', null],
      ['Others', null],
    ]);
    expect(dual).toMatchObject({ mix: 'pending', alignedBy: null });
    expect(await jobsOf(id)).toEqual(['audio.mix']);
    expect((await call('GET', `audio/${id}`)).json()).toMatchObject({ id, dual });
    expect((await call('GET', 'audio')).json<{ data: Recording[] }>().data.find((audio) => audio.id === id)?.dual).toEqual(dual);
  });

  it('are uploaded once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'two-recordings-1' };
    const [first, again] = [
      await upload({ file: wav(1), secondFile: wav(1, 500) }, key),
      await upload({ file: wav(1), secondFile: wav(1, 500) }, key),
    ];
    expect(again.json<Recording>().id).toBe(first.json<Recording>().id);
    const other = await upload({ file: wav(1), secondFile: wav(1, 501) }, key);
    expect(other.json()).toMatchObject({ status: 422 });
  });

  it('leave nothing when the second is no recording', async () => {
    const before = await objects();
    const response = await upload({ file: wav(1), secondFile: Buffer.from('<html>'.repeat(100)) });
    expect(response.json()).toMatchObject({ code: 'unsupported_format' });
    expect(await objects()).toEqual(before);
  });

  it('leave nothing when a name is too long', async () => {
    const before = await objects();
    const response = await upload({ file: wav(1), secondFile: wav(1, 700), firstTrackName: 'x'.repeat(101) });
    expect(response.json()).toMatchObject({ code: 'validation_failed' });
    expect(await objects()).toEqual(before);
  });

  it('are joined when both are there already; the second is then no recording of its own', async () => {
    const [first, second] = [await uploaded(300), await uploaded(310)];
    const response = await call('POST', `audio/${first}/second-track`, { audioId: second, secondTrackName: 'Others' });
    expect(response.statusCode).toBe(201);
    expect(response.json<Recording>().dual?.tracks.map(({ name }) => name)).toEqual(['Channel 1', 'Others']);
    expect((await call('GET', `audio/${second}`)).statusCode).toBe(404);
    const third = await uploaded(320);
    const again = await call('POST', `audio/${first}/second-track`, { audioId: third });
    expect(again.json()).toMatchObject({ status: 409, code: 'second_track_exists' });
    expect((await call('POST', `audio/${third}/second-track`, { audioId: third })).json()).toMatchObject({
      code: 'same_recording',
    });
  });

  it('are not joined with another workspace’s', async () => {
    const stranger = await api.register();
    const { id: theirs } = await makeAudio(api.database, stranger.workspaceId, {});
    expect((await call('POST', `audio/${await uploaded(330)}/second-track`, { audioId: theirs })).json()).toMatchObject({
      code: 'audio_not_found',
    });
  });

  it('give each track as it was uploaded, and the mix once there is one', async () => {
    const { id } = (await upload({ file: wav(1, 340), secondFile: wav(1, 350) })).json<Recording>();
    const bytesOf = async (query: string) => (await call('GET', `audio/${id}/download${query}`)).rawPayload;
    expect((await bytesOf('?track=1')).equals(wav(1, 340))).toBe(true);
    expect((await bytesOf('?track=2')).equals(wav(1, 350))).toBe(true);
    expect((await bytesOf('')).equals(wav(1, 340))).toBe(true);
    const key = `workspaces/${user.workspaceId}/audio/${id}/mix.mp3`;
    const { body } = await api.app.get(ObjectStore).get(`workspaces/${user.workspaceId}/audio/${id}/original.wav`);
    await api.app.get(ObjectStore).put(key, body, { contentType: 'audio/mpeg' });
    await api.database.asSystem((tx) =>
      tx.execute(`UPDATE second_tracks SET mix_status = 'ready', mix_key = $2 WHERE audio_id = $1`, [id, key]),
    );
    const mixed = await call('GET', `audio/${id}/download`);
    expect(mixed.headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-disposition': expect.stringContaining('file.mp3'),
    });
    const link = (await call('GET', `audio/${id}/url`)).json<{ url: string }>().url;
    const signed = Buffer.from(link.split('/').at(-1)?.split('.')[0] ?? '', 'base64url').toString();
    expect(JSON.parse(signed)).toMatchObject({ key });
    expect((await call('GET', `audio/${await uploaded(360)}/download?track=2`)).json()).toMatchObject({
      code: 'track_not_found',
    });
  });

  it('are deleted together', async () => {
    const { id } = (await upload({ file: wav(1, 370), secondFile: wav(1, 380) })).json<Recording>();
    expect((await call('DELETE', `audio/${id}`)).statusCode).toBe(204);
    // The mix is forgotten but in the moment in which it is rung for; then it finds nothing to do.
    expect((await jobsOf(id)).filter((name) => name !== 'audio.mix')).toEqual(['storage.discard', 'storage.discard']);
    const prefixes = await api.database.asSystem((tx) =>
      tx.query<{ prefix: string }>(`SELECT payload->>'prefix' AS prefix FROM jobs WHERE subject_id = $1`, [id]),
    );
    const left = (await objects()).filter((key) => prefixes.some(({ prefix }) => key.startsWith(prefix)));
    expect(left).toHaveLength(2);
  });

  it('are transcribed apart, under the names of those who speak', async () => {
    const { id } = (await upload({ file: wav(1, 390), secondFile: wav(1, 400), secondTrackName: 'Others' })).json<Recording>();
    const order = (await call('POST', 'transcriptions', { audioId: id })).json<{ id: string }>();
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ options: { channels?: string[] } }>('SELECT options FROM transcriptions WHERE id = $1', [order.id]),
    );
    expect(row?.options.channels).toEqual(['Channel 1', 'Others']);
    expect((await call('POST', 'transcriptions', { audioId: id, channels: 'mixed' })).json()).toMatchObject({
      code: 'channels_unsuitable',
    });
  });

  it('are no channels: one channel is not transcribed apart', async () => {
    const response = await call('POST', 'transcriptions', { audioId: await uploaded(410), channels: 'separate' });
    expect(response.json()).toMatchObject({ status: 422, code: 'channels_unsuitable' });
  });
});
