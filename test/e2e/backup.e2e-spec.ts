import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { allCompleted, countOf, onStack, order, SAYS_IT, untilCalled } from './orders.js';
import { shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';

const ORDERS = 6;

describeWith(['postgres', 'redis'], 'an installation that lost everything', () => {
  it('goes on from a backup with an empty Redis: nothing is lost, and nothing is billed twice', async () => {
    await onStack({ queue: 'redis', env: { SPEECH_CONCURRENCY: '2' } }, async (stack, client) => {
      // Some are done, some are with the provider, some wait.
      await order(client, shortRecording(stack.files), 1);
      await allCompleted(client);
      stack.provider.always({ ...SAYS_IT, delayMs: 60_000 });
      await order(client, shortRecording(stack.files), ORDERS - 1);
      await untilCalled(stack, 3);
      const folder = join(stack.files, 'backup');
      expect(await stack.command('backup', folder)).toContain('MASTER_KEY is not among them');
      await stack.loseEverything();
      stack.provider.always(SAYS_IT);
      expect(await stack.command('restore', folder)).toContain('are back, as they were at');
      await Promise.all([stack.startApi(), stack.startWorker()]);

      expect(await allCompleted(client)).toHaveLength(ORDERS);
      expect(await countOf(stack, 'SELECT count(*) AS n FROM usage_records WHERE outcome = $1', ['answered'])).toBe(ORDERS);
      expect(await countOf(stack, 'SELECT coalesce(max(crashes), 0) AS n FROM jobs')).toBe(0);
      expect(await stack.command('compare-store')).toContain('Store and rows agree.');
      await stack.command('reconcile');
    });
  });
});
