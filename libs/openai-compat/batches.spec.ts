import { describe, expect, it } from '@jest/globals';
import { Batches } from './batches.js';

describe('those who come at the same moment', () => {
  it('go together once the first is done, each with its own result, apart from those of another key', async () => {
    const seen: [string, readonly number[]][] = [];
    const batches = new Batches<number, number>(async (key, items) => {
      seen.push([key, items]);
      await Promise.resolve();
      return items.map((item) => (item === 3 ? Promise.reject(new Error('three')) : Promise.resolve(item * 10)));
    });
    const results = await Promise.allSettled([...[1, 2, 3, 4].map((item) => batches.add('a', item)), batches.add('b', 5)]);
    expect(seen).toEqual([
      ['a', [1]],
      ['b', [5]],
      ['a', [2, 3, 4]],
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
      10,
      20,
      'failed',
      40,
      50,
    ]);
  });

  it('all hear of what went wrong with all of them, and the next begin anew', async () => {
    let fails = true;
    const batches = new Batches<number, number>((_, items) => {
      if (fails) return Promise.reject(new Error('away'));
      return Promise.resolve(items.map((item) => Promise.resolve(item)));
    });
    const failed = await Promise.allSettled([batches.add('a', 1), batches.add('a', 2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await batches.add('a', 3)).toBe(3);
  });
});
