import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Receiver, startReceiver } from '#testing/webhook-receiver';
import { AppProcess } from '../e2e/app-process.js';
import type { Client } from '../e2e/client.js';
import { freePort, PROJECT } from '../e2e/launcher.js';
import { countOf, onStack } from '../e2e/orders.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, percentile } from './row.js';

const EVENTS = 5_000;
const EVENTS_A_SECOND = 50;
/** Of a worker in all: a part of it, which rises and falls, is what V8 has not cleared away yet. */
const MEMORY_MB = 600;
/** What a worker has in use: a leak is seen here. */
const MORE_IN_USE_MB = 15;
const HELD_MEMORY = `--import=${pathToFileURL(join(PROJECT, 'test', 'chaos', 'held-memory.ts')).href}`;
const REDIS_MB = 5;
/** Deliveries of one workspace that the queue knows of at once, and as many again that it is just told of. */
const MOST_UNDER_WAY = 32;
/** Bytes in tables for each delivery, with its indexes, its job and its share of the event. */
const MOST_BYTES = 6_000;

const UNDER_WAY = `SELECT count(*) AS n FROM jobs WHERE name = 'webhooks.deliver' AND (state = 'running' OR state = 'waiting' AND rung_at IS NOT NULL)`;
const TABLES = `SELECT sum(pg_total_relation_size(name::regclass)) AS n
  FROM unnest(ARRAY['webhook_events', 'webhook_deliveries', 'jobs']) AS t (name)`;
const FIVE_DAYS_ON = `UPDATE webhook_endpoints SET failing_since = now() - interval '121 hours' WHERE failing_since IS NOT NULL`;
const NEXT_TRY_NOW = `UPDATE jobs SET due_at = now() WHERE name = 'webhooks.deliver' AND state = 'waiting' AND due_at > now()`;
const OPEN_OF_OFF = `SELECT count(*) AS n FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
  WHERE e.name LIKE 'Dead%' AND (e.status = 'active' OR d.status IN ('parked', 'waiting', 'sending'))`;

/** One that takes connections and says nothing, and the address of one that is not there. */
async function deadEndpoints(): Promise<{ silent: string; absent: string; close: () => void }> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const silent = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { silent, absent: `http://127.0.0.1:${await freePort()}/`, close };
}

async function subscribe(client: Client, name: string, url: string): Promise<void> {
  const answer = await client.send('POST', '/api/v1/webhooks', { name, url, events: ['audio.uploaded'] });
  if (!answer.ok) throw new Error(`POST webhooks: ${await answer.text()}`);
}

/** A process that writes events as rooms do. @returns its address */
async function startSource(stack: Stack): Promise<string> {
  const port = String(await freePort());
  stack.processes.push(
    new AppProcess('bench/stubs/event-source.ts', join(stack.home, 'source.log'), { ...stack.env, PORT: port }),
  );
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(100))
    if ((await fetch(url).catch(() => null))?.ok === true) return url;
  throw new Error(`The source of events did not start.\n${stack.tails()}`);
}

/** Megabytes a process has in use. */
async function heldBy(process: AppProcess): Promise<number> {
  const told = (): unknown[] =>
    process.lines().flatMap(({ message, megabytes }) => (message === 'Memory held' ? [megabytes] : []));
  const before = told().length;
  process.signal('SIGWINCH');
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await sleep(50))
    if (told().length > before) return Number(told().at(-1));
  throw new Error(`The worker did not say what it holds. ${process.tail()}`);
}

/** Lets so many events happen steadily. */
async function happen(url: string, events: number, look: (done: number) => Promise<void>): Promise<void> {
  const started = performance.now();
  const written: Promise<void>[] = [];
  for (let event = 0; event < events; event += 1) {
    await sleep(Math.max(0, started + (event * 1_000) / EVENTS_A_SECOND - performance.now()));
    written.push(
      fetch(url).then(async (answer) => {
        if (!answer.ok) throw new Error(await answer.text());
      }),
    );
    if (event % EVENTS_A_SECOND === 0) await look(event);
  }
  await Promise.all(written);
}

/** Seconds each event was on its way to the endpoint that is well. */
function delaysAt({ received }: Receiver): number[] {
  const first = new Map(received.toReversed().map((got) => [got.event.id, (got.at - Date.parse(got.event.timestamp)) / 1_000]));
  return [...first.values()];
}

const DEAD_ENDPOINTS: ChaosRow = {
  id: 'W11',
  what: `5 000 events at ${EVENTS_A_SECOND} a second to an endpoint that is not there, one that never answers and one that is well, queue on Redis; then five days pass`,
  expect: `the worker has no more than ${MORE_IN_USE_MB} MB more in use after the last event than after a fifth of them, and takes at most ${MEMORY_MB} MB in all, Redis ${REDIS_MB} MB, tables ${MOST_BYTES / 1_000} kB a delivery, the queue knows of at most ${MOST_UNDER_WAY} deliveries at once; the endpoint that is well gets each, p99 ≤ 2 s; the dead are disabled and nothing is owed to them`,
  withinSeconds: 900,
  run: async (turn) => {
    const dead = await deadEndpoints();
    const well = await startReceiver();
    try {
      const env = { OUTGOING_ALLOWED_HOSTS: '127.0.0.1', NODE_OPTIONS: HELD_MEMORY };
      return await onStack({ queue: 'redis', env }, async (stack, client) => {
        await subscribe(client, 'Dead, absent', dead.absent);
        await subscribe(client, 'Dead, silent', dead.silent);
        await subscribe(client, 'Well', well.url);
        const [{ id: workspace } = { id: '' }] = await stack.query<{ id: string }>(
          'SELECT workspace_id AS id FROM webhook_endpoints',
        );
        const source = await startSource(stack);
        const [worker] = stack.workers;
        if (worker === undefined) throw new Error('There is no worker.');
        const [cold, tables] = [worker.memory().now, await countOf(stack, TABLES)];
        const events = turn.times(EVENTS);
        let [underWay, warm, heldWarm] = [0, 0, 0];
        await happen(`${source}/${workspace}`, events, async (done) => {
          underWay = Math.max(underWay, await countOf(stack, UNDER_WAY));
          if (done <= events / 5) warm = worker.memory().peak;
          if (heldWarm === 0 && done >= events / 5) heldWarm = await heldBy(worker);
          if (done % 500 === 0) turn.say(`${done} of ${events} happened, ${well.received.length} arrived`);
        });
        for (const deadline = performance.now() + 60_000; delaysAt(well).length < events && performance.now() < deadline;)
          await sleep(200);
        const delays = delaysAt(well);
        const { peak } = worker.memory();
        const held = await heldBy(worker);
        const bytes = ((await countOf(stack, TABLES)) - tables) / (events * 3);
        const redis = ((await stack.redis?.usedBytes()) ?? NaN) / 1e6;
        turn.say('five days pass');
        await untilOff(stack);
        const p99 = percentile(delays, 0.99);
        const figure = `${delays.length}/${events} at the endpoint that is well, p99 ${p99.toFixed(2)} s, ${well.received.length - delays.length} twice; worker ${cold.toFixed(0)} MB at first, ${warm.toFixed(0)} MB at most during a fifth of them and ${peak.toFixed(0)} MB in all, of which ${heldWarm.toFixed(0)} MB were in use after a fifth and ${held.toFixed(0)} MB at the end, Redis ${redis.toFixed(1)} MB, ${(bytes / 1_000).toFixed(1)} kB a delivery, at most ${underWay} under way; both dead ones disabled, nothing owed to them`;
        const small =
          peak <= MEMORY_MB &&
          held - heldWarm <= MORE_IN_USE_MB &&
          redis <= REDIS_MB &&
          bytes <= MOST_BYTES &&
          underWay <= MOST_UNDER_WAY;
        return { figure, holds: small && delays.length === events && p99 <= 2 };
      });
    } finally {
      dead.close();
      await well.close();
    }
  },
};

/** Five days later the next failure of each is its last. */
async function untilOff(stack: Stack): Promise<void> {
  for (const deadline = performance.now() + 120_000; ; await sleep(1_000)) {
    await stack.query(FIVE_DAYS_ON);
    await stack.query(NEXT_TRY_NOW);
    if ((await countOf(stack, OPEN_OF_OFF)) === 0) return;
    if (performance.now() > deadline) throw new Error(`The dead endpoints were not disabled.\n${stack.tails()}`);
  }
}

/** Rows about webhooks. */
export const WEBHOOK_ROWS: readonly ChaosRow[] = [DEAD_ENDPOINTS];
