import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Upload {
  id: string;
  status: string;
}

const URL = 'https://files.example.com/2026/meeting.opus?sig=secret-of-a-link';

describe('POST /api/v1/audio/import', () => {
  let api: TestApi;
  let user: SignedInUser;
  beforeAll(async () => {
    api = await startTestApi();
    user = await api.register();
  });
  afterEach(() => api.database.asSystem((tx) => tx.execute('DELETE FROM uploads')));
  afterAll(() => api.stop());

  async function order(payload: object, headers: Record<string, string> = {}) {
    return api.app.inject({ method: 'POST', url: '/api/v1/audio/import', headers: { ...user.headers, ...headers }, payload });
  }

  async function owed(): Promise<{ id: string; job: string | null }[]> {
    return api.database.asSystem((tx) =>
      tx.query(`SELECT u.id, j.name AS job FROM uploads u LEFT JOIN jobs j ON j.subject_id = u.id`),
    );
  }

  /** A job that is being rung at this moment is left to whoever takes it up. */
  async function untilRung(): Promise<void> {
    const unrung = `SELECT FROM jobs j JOIN uploads u ON u.id = j.subject_id WHERE j.rung_at IS NULL`;
    while ((await api.database.asSystem((tx) => tx.query(unrung))).length > 0) await sleep(20);
  }

  it('answers with where to look, and owes the work', async () => {
    const response = await order({ url: URL });
    const upload = response.json<Upload>();
    expect(response.statusCode).toBe(202);
    expect(response.headers).toMatchObject({ location: `/api/v1/uploads/${upload.id}`, 'retry-after': '2' });
    expect(upload).toMatchObject({
      kind: 'url',
      status: 'open',
      name: 'meeting.opus',
      audioId: null,
      error: null,
      receivedBytes: 0,
    });
    expect(response.body).not.toContain('secret-of-a-link');
    expect(await owed()).toEqual([{ id: upload.id, job: 'audio.import' }]);
  });

  it('is looked at and called off, by its own workspace alone', async () => {
    const { location = '' } = (await order({ url: URL })).headers;
    const stranger = await api.register();
    const ask = async (method: 'GET' | 'DELETE', { headers }: SignedInUser) =>
      api.app.inject({ method, url: String(location), headers });
    for (const method of ['GET', 'DELETE'] as const) {
      const refused = await ask(method, stranger);
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([404, 'upload_not_found']);
    }
    const open = await ask('GET', user);
    expect(open.json()).toMatchObject({ kind: 'url', status: 'open', sourceHost: 'files.example.com', percentage: null });
    expect(open.body).not.toContain('secret-of-a-link');
    const completed = await api.app.inject({ method: 'POST', url: `${String(location)}/complete`, headers: user.headers });
    expect(completed.json()).toMatchObject({ status: 409, code: 'upload_of_another_kind' });

    await untilRung();
    expect((await ask('DELETE', user)).statusCode).toBe(204);
    expect((await ask('GET', user)).json()).toMatchObject({ status: 'aborted', finishedAt: expect.any(String) });
    expect(await owed()).toEqual([{ id: expect.any(String), job: null }]);
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ sealed: Buffer | null }>('SELECT sealed_source AS sealed FROM uploads'),
    );
    expect(row).toEqual({ sealed: null });
  });

  it('waits for room when a hundred uploads are open', async () => {
    const { id } = (await order({ url: URL })).json<Upload>();
    await api.database.asSystem((tx) =>
      tx.execute(
        `INSERT INTO uploads (id, workspace_id, kind, name, object_key, expires_at)
         SELECT gen_random_uuid(), workspace_id, kind, name, object_key, expires_at FROM uploads, generate_series(2, 100) WHERE id = $1`,
        [id],
      ),
    );
    const refused = await order({ url: URL });
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([409, 'too_many_uploads']);
    expect((await api.app.inject({ method: 'DELETE', url: `/api/v1/uploads/${id}`, headers: user.headers })).statusCode).toBe(
      204,
    );
    expect((await order({ url: URL })).statusCode).toBe(202);
  });

  it('takes another name', async () => {
    expect((await order({ url: URL, name: 'Board, 21 November' })).json()).toMatchObject({ name: 'Board, 21 November' });
  });

  it('takes effect once with one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'import-once' };
    const [first, second] = [await order({ url: URL }, headers), await order({ url: URL }, headers)];
    expect([second.statusCode, second.body, second.headers.location]).toEqual([202, first.body, first.headers.location]);
    expect(await owed()).toHaveLength(1);
  });

  it.each([
    [{ url: 'http://127.0.0.1:5432/' }, 'host_not_public'],
    [{ url: 'http://2130706433/' }, 'host_not_public'],
    [{ url: 'http://169.254.169.254/latest/meta-data/' }, 'host_not_public'],
    [{ url: 'http://[::ffff:7f00:1]/' }, 'host_not_public'],
    [{ url: 'https://files.example.com:22/' }, 'port_refused'],
    [{ url: 'file:///etc/passwd' }, 'address_invalid'],
    [{ url: 'https://ada:correct-horse@files.example.com/' }, 'address_invalid'],
    [{ url: 'meeting.wav' }, 'address_invalid'],
    [{}, 'validation_failed'],
    [{ url: 7 }, 'validation_failed'],
    [{ url: URL, sha256: 'abc' }, 'validation_failed'],
    [{ url: URL, name: 'a\u0007b' }, 'validation_failed'],
    [{ url: URL, name: ' ' }, 'validation_failed'],
    [{ url: URL, follow: true }, 'validation_failed'],
  ])('refuses %j as %s and owes nothing (S1, S5)', async (payload, code) => {
    const response = await order(payload);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([422, code]);
    expect(response.body).not.toContain('correct-horse');
    expect(await owed()).toEqual([]);
  });
});
