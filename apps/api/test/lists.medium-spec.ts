import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeAudio, makeTranscription } from '#testing/factories';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface PageBody {
  data: { id: string }[];
  total: number;
  page: number;
  limit: number;
  totalPages: number;
  nextCursor: string | null;
}

let api: TestApi;
let user: SignedInUser;
/** Newest first. */
const ids: Record<string, string[]> = { audio: [], transcriptions: [] };

beforeAll(async () => {
  api = await startTestApi();
  user = await api.register();
  for (let turn = 0; turn < 6; turn += 1) {
    ids['audio']?.unshift((await makeAudio(api.database, user.workspaceId)).id);
    ids['transcriptions']?.unshift((await makeTranscription(api.database, user.workspaceId)).id);
  }
});
afterAll(() => api.stop());

async function get(url: string) {
  return api.app.inject({ method: 'GET', url, headers: user.headers });
}

describe.each(['audio', 'transcriptions'])('the list of %s', (path) => {
  it('is newest first, and one page by number', async () => {
    const body = (await get(`/api/v1/${path}?page=2&limit=4`)).json<PageBody>();
    expect(body.data.map(({ id }) => id)).toEqual(ids[path]?.slice(4));
    expect(body).toMatchObject({ total: 6, page: 2, limit: 4, totalPages: 2, nextCursor: null });
  });

  it.each([1, 2, 4, 6, 7])('can be walked to its end by the Link header, %i at a time', async (limit) => {
    const seen: string[] = [];
    let pages = 0;
    for (let next: string | undefined = `/api/v1/${path}?limit=${limit}`; next !== undefined; pages += 1) {
      const response = await get(next);
      const { data, nextCursor } = response.json<PageBody>();
      seen.push(...data.map(({ id }) => id));
      next = /^<(\S+)>; rel="next"$/.exec(String(response.headers['link'] ?? ''))?.[1];
      expect(next === undefined).toBe(nextCursor === null);
    }
    expect(seen).toEqual(ids[path]);
    expect(pages).toBe(Math.ceil(6 / limit));
  });

  it('keeps its filters from page to page', async () => {
    const link = (await get(`/api/v1/${path}?limit=2${path === 'audio' ? '' : '&status=pending'}`)).headers['link'];
    expect(link).toContain(path === 'audio' ? 'limit=2' : 'status=pending');
  });

  it.each(['page=0', 'limit=0', 'limit=101', 'limit=two', 'page=1.5', 'cursor=made-up', 'sort=name'])(
    'refuses %s',
    async (query) => {
      expect((await get(`/api/v1/${path}?${query}`)).json()).toMatchObject({ status: 422, code: 'validation_failed' });
    },
  );
});
