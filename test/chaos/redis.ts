import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../e2e/client.js';
import { allCompleted, onStack, SAYS_IT } from '../e2e/orders.js';
import type { OwnRedis, Persistence } from '../e2e/own-redis.js';
import { shortRecording } from '../e2e/recordings.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, type Outcome, secondsOf, type Turn } from './row.js';

const ORDERS = 600;
const HITS = 5;
const RECOVERY_SECONDS = 60;
const OUTAGES = [2, 8, 20, 45, 120];
const BACK_SECONDS = 25;

function redisOf({ redis }: Stack): OwnRedis {
  if (redis === undefined) throw new Error('The queue of this stack is not on Redis.');
  return redis;
}

/** Orders all the time, hits Redis again and again, and waits until everything is done. */
async function hitRedis(turn: Turn, persistence: Persistence, hit: (redis: OwnRedis) => Promise<void>): Promise<Outcome> {
  const hits = turn.times(HITS);
  const wanted = Math.round((ORDERS * hits) / HITS);
  return onStack({ queue: 'redis', persistence, workers: 2 }, async (stack, client) => {
    stack.provider.always({ ...SAYS_IT, delayMs: 200 });
    const { id } = await client.upload(shortRecording(stack.files));
    for (let round = 1; round <= hits; round += 1) {
      await orderMany(client, id, Math.round(wanted / hits));
      await hit(redisOf(stack));
      turn.say(`hit ${round} of ${hits}, ${client.accepted.size} orders accepted`);
    }
    const seconds = await secondsOf(() => allCompleted(client, 600));
    const calls = stack.provider.calls.length;
    const figure = `${client.accepted.size}/${wanted} completed, ${calls} provider calls, the last ${seconds.toFixed(0)} s after the last hit`;
    return { figure, holds: client.accepted.size === wanted && calls === wanted };
  });
}

async function orderMany(client: Client, audioId: string, orders: number): Promise<void> {
  for (let done = 0; done < orders; done += 10) {
    await Promise.all(Array.from({ length: Math.min(10, orders - done) }, () => client.order(audioId)));
  }
}

async function killAndStart(redis: OwnRedis): Promise<void> {
  await redis.kill();
  await sleep(1_000);
  await redis.launch();
}

function killed(id: string, persistence: Persistence, how: string): ChaosRow {
  return {
    id,
    what: `Redis (${how}) killed with -9 and started again, ${HITS} times under ${ORDERS} orders, two workers`,
    expect: 'all completed, one provider call each',
    withinSeconds: 1_800,
    run: (turn) => hitRedis(turn, persistence, killAndStart),
  };
}

const AWAY: ChaosRow = {
  id: 'F17',
  what: `Redis away for ${OUTAGES.join(', ')} s`,
  expect: `orders are accepted meanwhile; an order is worked off within ${BACK_SECONDS} s of its return, or the worker has ended to be started anew`,
  withinSeconds: 900,
  run: async (turn) => {
    const outages = OUTAGES.slice(0, turn.times(OUTAGES.length));
    return onStack({ queue: 'redis' }, async (stack, client) => {
      const { id } = await client.upload(shortRecording(stack.files));
      const back: string[] = [];
      let holds = true;
      for (const outage of outages) {
        await redisOf(stack).kill();
        await sleep(outage * 1_000);
        const order = await client.order(id);
        await redisOf(stack).launch();
        const seconds = await secondsOf(() => client.waitUntilFinished(order.id, 180));
        back.push(`${outage} s: ${seconds.toFixed(1)} s`);
        holds &&= seconds <= BACK_SECONDS && stack.workers.every(({ isRunning }) => isRunning);
        turn.say(back.at(-1) ?? '');
      }
      await allCompleted(client);
      return { figure: `from the return to the transcript after an outage of ${back.join(', ')}`, holds };
    });
  },
};

const FULL: ChaosRow = {
  id: 'F18',
  what: 'Redis at its memory limit (maxmemory 1 MB, noeviction) while orders come in; the limit is lifted later; then a worker is started with allkeys-lru',
  expect:
    'orders are accepted (their rows are in Postgres) and completed once there is room; no worker starts on a Redis that evicts',
  withinSeconds: 600,
  run: async (turn) =>
    onStack({ queue: 'redis' }, async (stack, client) => {
      const redis = redisOf(stack);
      const wanted = turn.times(50);
      const { id } = await client.upload(shortRecording(stack.files));
      await redis.set('maxmemory', '1mb');
      await orderMany(client, id, wanted);
      await sleep(5_000);
      const meanwhile = (await Promise.all([...client.accepted].map((order) => client.transcription(order)))).filter(
        ({ status }) => status === 'completed',
      ).length;
      await redis.set('maxmemory', '0');
      turn.say(`${meanwhile} done while it was full; room again`);
      const seconds = await secondsOf(() => allCompleted(client, 180));
      await redis.set('maxmemory-policy', 'allkeys-lru');
      const refused = await stack.startWorker().then(
        () => false,
        () => stack.processes.at(-1)?.output().includes('noeviction') === true,
      );
      await redis.set('maxmemory-policy', 'noeviction');
      stack.workers.splice(1);
      const figure = `${client.accepted.size}/${wanted} accepted, ${meanwhile} completed while full, the rest ${seconds.toFixed(0)} s after; worker on allkeys-lru ${refused ? 'refuses to start' : 'started'}`;
      return { figure, holds: client.accepted.size === wanted && refused && seconds <= RECOVERY_SECONDS };
    }),
};

/** Redis killed, away, full and emptied. */
export const REDIS_ROWS: ChaosRow[] = [
  killed('F14', 'none', 'keeps nothing, so it starts empty'),
  killed('F15', 'everysec', 'appendfsync everysec'),
  killed('F16', 'always', 'appendfsync always'),
  AWAY,
  FULL,
  {
    id: 'F19',
    what: `FLUSHALL, ${HITS} times under ${ORDERS} orders, two workers`,
    expect: 'all completed, one provider call each',
    withinSeconds: 1_800,
    run: (turn) => hitRedis(turn, 'none', (redis) => redis.wipe()),
  },
];
