import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startS3Double } from '#testing/s3-double';
import { allCompleted, countOf, onStack, order, SAYS_IT, untilCalled } from './orders.js';
import { shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import type { Stack, StackOptions } from './stack.js';

const ORDERS = 6;

describeWith(['postgres', 'redis'], 'an installation that lost everything', () => {
  /** @param lose takes away what the restored installation may not find */
  async function losesEverything(options: StackOptions, lose: (stack: Stack) => Promise<void>): Promise<void> {
    const env = { SPEECH_CONCURRENCY: '2' };
    await onStack({ queue: 'redis', env, ...options }, async (stack, client) => {
      // Some are done, some are with the provider, some wait.
      await order(client, shortRecording(stack.files), 1);
      await allCompleted(client);
      stack.provider.always({ ...SAYS_IT, delayMs: 60_000 });
      await order(client, shortRecording(stack.files), ORDERS - 1);
      await untilCalled(stack, 3);
      const folder = join(stack.files, 'backup');
      expect(await stack.command('backup', folder)).toContain('MASTER_KEY is not among them');
      await stack.loseEverything();
      await lose(stack);
      stack.provider.always(SAYS_IT);
      expect(await stack.command('restore', folder)).toContain('are back, as they were at');
      await Promise.all([stack.startApi(), stack.startWorker()]);

      expect(await allCompleted(client)).toHaveLength(ORDERS);
      expect(await countOf(stack, 'SELECT count(*) AS n FROM usage_records WHERE outcome = $1', ['answered'])).toBe(ORDERS);
      expect(await countOf(stack, 'SELECT coalesce(max(crashes), 0) AS n FROM jobs')).toBe(0);
      expect(await stack.command('compare-store')).toContain('Store and rows agree.');
      await stack.command('reconcile');
    });
  }

  it('goes on from a backup with an empty Redis: nothing is lost, and nothing is billed twice', async () => {
    await losesEverything({}, () => Promise.resolve());
  });

  it('goes on so with its recordings in another bucket than the one that was lost, on a store that often says no', async () => {
    const [lost, other] = [await startS3Double(), await startS3Double({ bucket: 'another' })];
    try {
      await losesEverything({ s3: lost }, async (stack) => {
        expect(lost.objects.length).toBeGreaterThanOrEqual(ORDERS);
        await lost.stop();
        other.fail('503third');
        stack.moveTo(other);
      });
    } finally {
      await other.stop();
    }
  });
});
