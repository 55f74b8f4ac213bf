import { expect, it } from '@jest/globals';
import { allCompleted, countOf, onStack, SAYS_IT } from './orders.js';
import { describeWith } from './requirements.js';
import { replaceEverything } from './rolling-restart.js';

describeWith(['postgres'], 'a new release', () => {
  it('takes the place of every process while clients upload, order and poll, and nobody notices', async () => {
    await onStack({ workers: 2 }, async (stack) => {
      stack.provider.always({ ...SAYS_IT, delayMs: 1_000 });
      const { requests, failures, ends } = await replaceEverything(stack, 1);
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(50);
      // Nobody is kept by a client that keeps its connection.
      expect(Math.max(...ends)).toBeLessThan(20);
      stack.provider.always(SAYS_IT);
      for (const each of stack.clients) await allCompleted(each);
      expect(await countOf(stack, `SELECT count(*) AS n FROM jobs WHERE crashes > 0 OR failures > 0 OR state = 'failed'`)).toBe(
        0,
      );
      expect(stack.provider.calls.length).toBe(
        await countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`),
      );
    });
  });
});
