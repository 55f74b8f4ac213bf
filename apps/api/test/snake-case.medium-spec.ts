import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { wav } from '#testing/recordings';
import { EventListener } from './event-stream.fixture.js';
import { wavOf } from './recording.fixture.js';
import { PASSWORD, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let headers: { authorization: string };
let workspaceId: string;
let audioId: string;

beforeAll(async () => {
  api = await startTestApi();
  await api.app.listen(0, '127.0.0.1');
  const payload = { email: 'memo@example.com', password: PASSWORD, name: 'Memo' };
  const registered = await api.app.inject({ method: 'POST', url: '/api/v1/mobile/auth/register', payload });
  const body = registered.json<{ access_token: string; workspace: { id: string } }>();
  workspaceId = body.workspace.id;
  headers = { authorization: `Bearer ${body.access_token}` };
  const form = wavOf('of the aliases');
  const uploaded = await ask('POST', '/mobile/audio/upload', form.payload, form.headers);
  expect(uploaded.statusCode).toBe(201);
  audioId = uploaded.json<{ id: string }>().id;
  expect(uploaded.json()).toMatchObject({ content_type: expect.any(String), created_at: expect.any(String) });
  expect(uploaded.headers.location).toBe(`/api/v1/mobile/audio/${audioId}`);
});
afterAll(() => api.stop());

async function ask(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object, more: Record<string, string> = {}) {
  return api.app.inject({ method, url: `/api/v1${path}`, headers: { ...headers, ...more }, payload });
}

describe.each(['mobile', 'web'])('under /api/v1/%s', (alias) => {
  it('bodies are read and written in snake_case, and other routes are not', async () => {
    const ordered = await ask('POST', `/${alias}/transcriptions`, { audio_id: audioId, options: undefined });
    expect(ordered.statusCode).toBe(202);
    const { id } = ordered.json<{ id: string }>();
    expect(ordered.headers.location).toBe(`/api/v1/${alias}/transcriptions/${id}`);
    expect(ordered.json()).toMatchObject({ audio_id: audioId, created_at: expect.any(String) });
    const plain = await ask('GET', `/transcriptions/${id}`);
    expect(plain.json()).toMatchObject({ audioId, createdAt: expect.any(String) });
    expect(Object.keys(plain.json())).not.toContain('audio_id');
    expect((await ask('POST', '/transcriptions', { audio_id: audioId })).statusCode).toBe(422);
  });

  it('queries and the addresses of further pages are, too', async () => {
    await ask('POST', '/transcriptions', { audioId });
    await ask('POST', '/transcriptions', { audioId });
    const first = await ask('GET', `/${alias}/transcriptions?audio_id=${audioId}&limit=1`);
    const { data, next_cursor: cursor } = first.json<{ data: { id: string; audio_id: string }[]; next_cursor: string }>();
    expect(data).toEqual([expect.objectContaining({ audio_id: audioId })]);
    const link = `/api/v1/${alias}/transcriptions?audio_id=${audioId}&limit=1&cursor=${encodeURIComponent(cursor)}`;
    expect(first.headers.link).toBe(`<${link}>; rel="next"`);
    const second = await api.app.inject({ url: link, headers });
    expect(second.json<{ data: { id: string }[] }>().data[0]?.id).not.toBe(data[0]?.id);
    expect((await ask('GET', `/transcriptions?audio_id=${audioId}`)).statusCode).toBe(422);
  });

  it('errors name fields and paths as the client wrote them', async () => {
    const refused = await ask('POST', `/${alias}/auth/change-password`, { current_password: 7, new_password: PASSWORD });
    expect(refused.statusCode).toBe(422);
    const problem = refused.json<{ errors: { path: string; message: string }[]; detail: string }>();
    expect(problem).toMatchObject({ instance: `/api/v1/${alias}/auth/change-password`, request_id: expect.any(String) });
    for (const { path, message } of problem.errors)
      expect([path, message]).toEqual(['current_password', expect.stringMatching(/^current_password must/)]);
    expect(problem.detail).toContain('current_password must');
    const missing = await ask('GET', `/${alias}/audio/019aa3a1-2b3c-7d4e-8f50-617283940a1b`);
    expect(missing.json()).toMatchObject({ code: 'audio_not_found', request_id: expect.any(String) });
    expect((await ask('PUT', `/${alias}/audio`)).statusCode).toBe(405);
    expect((await ask('GET', `/${alias}/nowhere`)).statusCode).toBe(404);
  });

  it('forms are read with their fields and files in snake_case', async () => {
    const { payload, headers: type } = formOf({ first_track_name: 'Ada', second_track_name: 'Charles' });
    const uploaded = await ask('POST', `/${alias}/audio/upload`, payload, type);
    expect(uploaded.json()).toMatchObject({ dual: { aligned_by: null, tracks: [{ name: 'Ada' }, { name: 'Charles' }] } });
    const wrong = formOf({ first_track_name: 'Ada', no_such_field: 'x' });
    const refused = await ask('POST', `/${alias}/audio/upload`, wrong.payload, wrong.headers);
    expect(refused.json()).toMatchObject({ errors: [{ path: 'no_such_field' }] });
  });

  it('events and files are written in snake_case', async () => {
    const { id } = (await ask('POST', '/transcriptions', { audioId })).json<{ id: string }>();
    const origin = await api.app.getUrl();
    const listener = await EventListener.open(`${origin}/api/v1/${alias}/transcriptions/${id}/events`, headers);
    await listener.until(() => listener.events.length > 0);
    expect(listener.events[0]).toMatchObject({ event: 'progress', data: { id, status: 'pending' } });
    listener.close();
    const file = await fetch(`${origin}/api/v1/${alias}/workspaces/${workspaceId}/audit-log?format=json`, { headers });
    const entries = (await file.json()) as object[];
    expect(entries[0]).toMatchObject({ actor_kind: expect.any(String), request_id: expect.any(String) });
  });

  it('a request that comes again with its Idempotency-Key has the same answer', async () => {
    const key = { 'idempotency-key': `once-${alias}` };
    const first = await ask('POST', `/${alias}/transcriptions`, { audio_id: audioId }, key);
    const again = await ask('POST', `/${alias}/transcriptions`, { audio_id: audioId }, key);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toBe(first.body);
    expect(again.headers.location).toBe(first.headers.location);
  });
});

/** A form of two recordings. */
function formOf(fields: Record<string, string>): { payload: Buffer; headers: Record<string, string> } {
  const part = (disposition: string, body: Buffer | string): Buffer[] => [
    Buffer.from(`--aliases\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ];
  const parts = [
    ...Object.entries(fields).flatMap(([name, value]) => part(`name="${name}"`, value)),
    ...part('name="file"; filename="a.wav"', wav(1, 300)),
    ...part('name="second_file"; filename="b.wav"', wav(1, 500)),
  ];
  const payload = Buffer.concat([...parts, Buffer.from('--aliases--\r\n')]);
  return { payload, headers: { 'content-type': 'multipart/form-data; boundary=aliases' } };
}
