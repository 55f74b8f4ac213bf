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
