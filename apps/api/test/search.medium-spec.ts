import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTranscription } from '#testing/factories';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Found {
  data: { id: string; excerpt: { text: string; match: boolean }[] }[];
  total: number;
  totalPages: number;
}

/** Texts in the order in which they are found again in the tests. */
const TEXTS = {
  budget: 'Budget, budget and once more the budget of the next quarter.',
  once: 'We come to the quarter after the next, and to its budget.',
  french: 'Le café était très bon à Besançon.',
  markup: 'Then she said marmalade < jam & left.',
};

let api: TestApi;
let user: SignedInUser;
let stranger: SignedInUser;
const ids = {} as Record<keyof typeof TEXTS, string>;

beforeAll(async () => {
  api = await startTestApi();
  [user, stranger] = [await api.register(), await api.register()];
  for (const [name, text] of Object.entries(TEXTS)) ids[name as keyof typeof TEXTS] = await transcript(user, text);
  await transcript(stranger, 'Our secret budget.');
});
afterAll(() => api?.stop());

async function transcript({ workspaceId }: SignedInUser, text: string): Promise<string> {
  return (await makeTranscription(api.database, workspaceId, { status: 'completed', stage: 'assemble', text })).id;
}

async function find(q: string, more = '', by = user): Promise<Found> {
  const answer = await api.app.inject({ url: `/api/v1/search?q=${encodeURIComponent(q)}${more}`, headers: by.headers });
  expect(answer.statusCode).toBe(200);
  return answer.json<Found>();
}

async function foundBy(q: string): Promise<string[]> {
  return (await find(q)).data.map(({ id }) => id);
}

describe('searching transcripts', () => {
  it('finds those with all words, whatever their case, the best first', async () => {
    expect(await foundBy('BUDGET quarter')).toEqual([ids.budget, ids.once]);
    expect(await foundBy('budget marmalade')).toEqual([]);
  });

  it('takes words together, one of several, and words that must not be there', async () => {
    expect(await foundBy('"next quarter"')).toEqual([ids.budget]);
    expect(await foundBy('budget -once')).toEqual([ids.once]);
    expect(await foundBy('marmalade or café')).toEqual([ids.markup, ids.french]);
  });

  it('shows the places, with what was searched for apart', async () => {
    const { data } = await find('marmalade');
    expect(data[0]?.excerpt.filter(({ match }) => match)).toEqual([{ text: 'marmalade', match: true }]);
    expect(data[0]?.excerpt.map(({ text }) => text).join('')).toBe('Then she said marmalade < jam & left');
  });

  it('has pages', async () => {
    const [first, second] = [await find('budget', '&limit=1'), await find('budget', '&limit=1&page=2')];
    expect([first, second].map(({ total, totalPages, data }) => [total, totalPages, data[0]?.id])).toEqual([
      [2, 2, ids.budget],
      [2, 2, ids.once],
    ]);
  });

  it('never finds what another workspace has', async () => {
    expect((await find('secret')).data).toEqual([]);
    expect((await find(`workspace:${stranger.workspaceId}`)).data).toEqual([]);
    expect((await find(`'workspace:${stranger.workspaceId}'`)).data).toEqual([]);
    expect((await find('secret', '', stranger)).total).toBe(1);
  });

  it('finds nothing for what has no words', async () => {
    for (const q of ['?!', '"', '-budget -quarter -café -marmalade', `' | 'budget`]) {
      const { total } = await find(q);
      expect([q, total]).toEqual([q, q.includes('| ') ? 2 : 0]);
    }
  });

  it('follows the text: changed or gone, what it was is not found any more', async () => {
    const id = await transcript(user, 'A heron by the lake.');
    expect(await foundBy('heron')).toEqual([id]);
    const write = (text: string | null) =>
      api.database.inWorkspace(user.workspaceId, (tx) =>
        tx.execute('UPDATE transcriptions SET text = $2 WHERE id = $1', [id, text]),
      );
    await write('A stork by the lake.');
    expect([await foundBy('heron'), await foundBy('stork')]).toEqual([[], [id]]);
    await write(null);
    expect(await foundBy('stork')).toEqual([]);
  });

  it('takes texts with more different words than can be searched', async () => {
    const words = Array.from({ length: 200_000 }, (_, index) => `w${index.toString(36)}x`);
    const id = await transcript(user, words.join(' '));
    expect(await foundBy(words[7] ?? '')).toEqual([id]);
  });

  it.each(['', 'q=', `q=${'a'.repeat(201)}`, 'q=a&cursor=b', 'q=a&limit=101'])('refuses ?%s', async (query) => {
    const answer = await api.app.inject({ url: `/api/v1/search?${query}`, headers: user.headers });
    expect(answer.json()).toMatchObject({ status: 422, code: 'validation_failed' });
  });
});
