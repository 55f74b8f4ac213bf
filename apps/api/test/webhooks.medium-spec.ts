import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audited } from './audited.js';
import { wavOf } from './recording.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface WebhookBody {
  id: string;
  secret?: string;
}
interface DeliveryBody {
  id: string;
  event: { id: string; type: string };
}

const WISH = { name: 'Archive', url: 'https://hooks.example.com/steno', events: ['transcription.completed'] };

let api: TestApi;
let owner: SignedInUser;
beforeAll(async () => {
  api = await startTestApi();
  owner = await api.register();
});
afterAll(() => api.stop());

async function ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, payload?: object, headers: object = owner.headers) {
  return api.app.inject({ method, url: `/api/v1/webhooks${path}`, headers: { ...headers }, payload });
}

async function add(wish: object = WISH): Promise<WebhookBody & { secret: string }> {
  const response = await ask('POST', '', wish);
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json();
}

async function query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return api.database.asSystem((tx) => tx.query<Row>(sql, parameters));
}

describe('a webhook', () => {
  it('is added with a secret that is shown this once, and lies sealed (W10)', async () => {
    const response = await ask('POST', '', { ...WISH, url: 'https://hooks.example.com/CanaryOfTheUrl' });
    expect(response.statusCode).toBe(201);
    const { secret, ...shown } = response.json<WebhookBody & { secret: string }>();
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(response.headers.location).toBe(`/api/v1/webhooks/${shown.id}`);
    expect(shown).toMatchObject({ kind: 'standard', status: 'active', disabledReason: null, previousSecretUntil: null });
    expect((await ask('GET', `/${shown.id}`)).json()).toEqual(shown);
    expect((await ask('GET', '')).json<{ data: object[] }>().data).toContainEqual(shown);
    const [row] = await query<{ row: string }>(
      `SELECT row_to_json(w)::text || encode(sealed, 'escape') AS row FROM webhook_endpoints w WHERE id = $1`,
      [shown.id],
    );
    expect(row?.row).not.toContain('CanaryOfTheUrl');
    expect(row?.row).not.toContain(secret.slice(6));
    expect(JSON.stringify(api.logged)).not.toContain('CanaryOfTheUrl');
  });

  it('is one when the request comes again with its Idempotency-Key', async () => {
    const headers = { ...owner.headers, 'idempotency-key': 'one-webhook' };
    const [first, again] = [await ask('POST', '', WISH, headers), await ask('POST', '', WISH, headers)];
    expect(again.json()).toEqual(first.json());
  });

  it.each([
    ['http://127.0.0.1/', 'host_not_public'],
    ['http://169.254.169.254/latest', 'host_not_public'],
    ['http://[::ffff:7f00:1]/', 'host_not_public'],
    ['https://hooks.example.com:22/', 'port_refused'],
    ['ftp://hooks.example.com/', 'address_invalid'],
    ['https://ada:secret@hooks.example.com/', 'address_invalid'],
  ])('is not taken with the address %s (S1, S5)', async (url, code) => {
    expect((await ask('POST', '', { ...WISH, url })).json()).toMatchObject({ code });
    const { id } = await add();
    expect((await ask('PUT', `/${id}`, { url })).json()).toMatchObject({ code });
  });

  it.each([{ events: ['nothing.known'] }, { events: ['webhook.test'] }, { kind: 'rest_hook' }, { name: ' ' }, { url: 7 }])(
    'is not taken with %j',
    async (wrong) => {
      expect((await ask('POST', '', { ...WISH, ...wrong })).statusCode).toBe(422);
    },
  );

  it('is changed, disabled, rotated and deleted, and all of it is on record', async () => {
    const { id, secret } = await add();
    const changed = await ask('PUT', `/${id}`, { url: 'https://hooks.example.com/new', events: [] });
    expect(changed.json()).toMatchObject({ name: 'Archive', url: 'https://hooks.example.com/new', events: [] });
    expect((await ask('PUT', `/${id}`, { status: 'disabled' })).json()).toMatchObject({ disabledReason: 'by_user' });
    expect((await ask('POST', `/${id}/replay`, {})).json()).toMatchObject({ code: 'webhook_disabled' });
    const active = { status: 'active', disabledReason: null, disabledAt: null };
    expect((await ask('PUT', `/${id}`, { status: 'active' })).json()).toMatchObject(active);
    const rotated = (await ask('POST', `/${id}/rotate-secret`, { overlapSeconds: 60 })).json<WebhookBody>();
    expect(rotated).toMatchObject({ previousSecretUntil: expect.any(String), secret: expect.not.stringContaining(secret) });
    expect((await ask('DELETE', `/${id}`)).statusCode).toBe(204);
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ code: 'webhook_not_found' });
    const actions = (await audited(api, owner.workspaceId)).map(({ action }) => action);
    const recent = actions.filter((action) => action.startsWith('webhook.')).slice(-6);
    const change = 'webhook.changed';
    expect(recent).toEqual(['webhook.created', change, change, change, 'webhook.secret_rotated', 'webhook.deleted']);
  });

  it('is one of 50 at most', async () => {
    const someone = await api.register();
    const sql = `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events)
      SELECT gen_random_uuid(), $1, 'slack', 'x', '', '{}' FROM generate_series(1, 50)`;
    await api.database.asSystem((tx) => tx.execute(sql, [someone.workspaceId]));
    expect((await ask('POST', '', WISH, someone.headers)).json()).toMatchObject({ status: 409, code: 'too_many_webhooks' });
  });
});

describe('the events', () => {
  it('are listed with what they look like', async () => {
    const { data } = (await ask('GET', '/events')).json<{ data: { type: string; example: { type: string } }[] }>();
    expect(data.map(({ type }) => type)).toContain('transcription.completed');
    for (const { type, example } of data) expect(example).toMatchObject({ type, data: { sequence: expect.any(Number) } });
  });

  it('can be subscribed to by tools, which see a sample first', async () => {
    const wish = { targetUrl: 'https://hooks.zapier.com/hooks/1', event: 'quota.warning' };
    const subscribed = await ask('POST', '/rest-hooks', wish);
    expect(subscribed.json()).toMatchObject({ kind: 'rest_hook', url: wish.targetUrl, events: ['quota.warning'] });
    const sample = (await ask('GET', '/rest-hooks/sample?event=quota.warning')).json<object[]>();
    expect(sample).toEqual([expect.objectContaining({ type: 'quota.warning', id: expect.any(String) })]);
    expect((await ask('DELETE', `/${subscribed.json<WebhookBody>().id}`)).statusCode).toBe(204);
  });
});

describe('outside is told', () => {
  it('that recordings and transcriptions are deleted, and of what uploads fail', async () => {
    const someone = await api.register();
    const { id } = (await ask('POST', '', { ...WISH, events: [] }, someone.headers)).json<WebhookBody>();
    await ask('PUT', `/${id}`, { status: 'disabled' }, someone.headers);
    const call = async (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers: object = someone.headers) =>
      api.app.inject({ method, url, headers: { ...headers }, payload });
    const form = wavOf('to be deleted');
    const uploaded = await call('POST', '/api/v1/audio/upload', form.payload, { ...someone.headers, ...form.headers });
    const audioId = uploaded.json<{ id: string }>().id;
    const transcriptionId = (await call('POST', '/api/v1/transcriptions', { audioId })).json<{ id: string }>().id;
    await call('DELETE', `/api/v1/transcriptions/${transcriptionId}`);
    await call('DELETE', `/api/v1/audio/${audioId}`);
    const noSound = Buffer.alloc(100, 'x');
    const upload = (await call('POST', '/api/v1/uploads', { name: 'a.wav', bytes: noSound.length })).json<{
      id: string;
      partUrls: { url: string }[];
    }>();
    const { pathname, search } = new URL(upload.partUrls[0]?.url ?? '');
    await call('PUT', pathname + search, noSound, { 'content-type': 'application/octet-stream' });
    const completed = await call('POST', `/api/v1/uploads/${upload.id}/complete`);
    const told = await query('SELECT type, facts FROM webhook_events WHERE workspace_id = $1 ORDER BY id', [someone.workspaceId]);
    expect(told).toEqual([
      { type: 'audio.uploaded', facts: { audioId, bytes: expect.any(Number) } },
      { type: 'transcription.created', facts: { transcriptionId, audioId } },
      { type: 'transcription.deleted', facts: { transcriptionId, audioId, cause: 'request' } },
      { type: 'audio.deleted', facts: { audioId, cause: 'request' } },
      { type: 'upload.failed', facts: { uploadId: upload.id, errorCode: completed.json<{ code: string }>().code } },
    ]);
  });
});

describe('a delivery', () => {
  it('is owed by a test, listed, looked at and replayed', async () => {
    const { id } = await add();
    const tested = await ask('POST', `/${id}/test`);
    expect(tested.statusCode).toBe(202);
    const delivery = tested.json<DeliveryBody>();
    expect(delivery).toMatchObject({ status: 'waiting', failedTries: 0, attempts: [], event: { type: 'webhook.test' } });
    const path = `/${id}/deliveries/${delivery.id}`;
    expect(tested.headers.location).toBe(`/api/v1/webhooks${path}`);
    expect((await ask('GET', path)).json()).toEqual(delivery);
    const shown = async (status: string) =>
      (await ask('GET', `/${id}/deliveries?status=${status}`)).json<{ data: object[] }>().data;
    expect([await shown('waiting'), await shown('failed')]).toEqual([[delivery], []]);
    await query(`UPDATE webhook_deliveries SET status = 'sending' WHERE id = $1`, [delivery.id]);
    expect((await ask('POST', `${path}/replay`)).json()).toMatchObject({ code: 'webhook_delivery_under_way' });
    await query(`UPDATE webhook_deliveries SET status = 'failed', tries = 1 WHERE id = $1`, [delivery.id]);
    expect((await ask('POST', `${path}/replay`)).json()).toMatchObject({
      status: 'waiting',
      failedTries: 0,
      event: delivery.event,
    });
    const jobs = `SELECT part FROM jobs WHERE name = 'webhooks.deliver' AND subject_id = $1 ORDER BY part`;
    expect(await query(jobs, [delivery.id])).toEqual([{ part: 0 }, { part: 1 }]);
  });

  it('belongs to its webhook', async () => {
    const [{ id }, { id: other }] = [await add(), await add()];
    const delivery = (await ask('POST', `/${id}/test`)).json<DeliveryBody>();
    for (const answer of [
      await ask('GET', `/${other}/deliveries/${delivery.id}`),
      await ask('POST', `/${other}/deliveries/${delivery.id}/replay`),
    ])
      expect(answer.json()).toMatchObject({ status: 404, code: 'webhook_delivery_not_found' });
  });

  it('was missed, and is replayed with all others since a time', async () => {
    const { id } = await add();
    for (const [minutes, status] of [
      [90, 'failed'],
      [30, 'missed'],
      [10, 'delivered'],
    ] as const)
      await query(
        `WITH event AS (
           INSERT INTO webhook_events (id, workspace_id, type, subject_id, sequence, facts, created_at)
           VALUES (gen_random_uuid(), $1, 'transcription.completed', gen_random_uuid(), 1, '{}', now() - make_interval(mins => $2)) RETURNING id)
         INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
         SELECT gen_random_uuid(), $1, $3, id, $4 FROM event`,
        [owner.workspaceId, minutes, id, status],
      );
    const since = new Date(Date.now() - 3_600_000).toISOString();
    expect((await ask('POST', `/${id}/replay`, { since })).json()).toEqual({ deliveries: 1 });
    const earlier = new Date(Date.now() - 7_200_000).toISOString();
    expect((await ask('POST', `/${id}/replay`, { since: earlier })).json()).toEqual({ deliveries: 1 });
    expect((await ask('POST', `/${id}/replay`, { since: 'yesterday' })).statusCode).toBe(422);
  });
});
