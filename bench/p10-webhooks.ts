import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerAccount } from './account.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';

const EVENTS_A_SECOND = 100;
const SECONDS = 60;
const EVENTS = EVENTS_A_SECOND * SECONDS;
const REACH_SECONDS = 2;
/** What has not come by then never does. */
const PATIENCE_MS = 60_000;

export const p10: Row = {
  id: 'P10',
  work: `From an event to its delivery, p99, with ${EVENTS_A_SECOND} events a second for ${SECONDS} s and a webhook that answers at once; another webhook of the same workspace never answers`,
  floor: 'no program: how long it may take',
  unit: 's',
  reach: { atMost: 1 },
  turns: 1,
  variants: onBothQueues(open),
};

async function open(stage: Stage, queue: Record<string, string>): Promise<Sides> {
  const settings = { ...queue, OUTGOING_ALLOWED_HOSTS: '127.0.0.1' };
  const api = await stage.startApi(settings);
  const { token, workspaceId } = await registerAccount(api);
  const fast = new Arrivals();
  await subscribe(api, token, await receiver(stage, fast.answer));
  await subscribe(api, token, await receiver(stage, () => undefined));
  const source = await stage.startProgram('bench/stubs/event-source.ts', settings);
  await stage.startWorker(settings);
  return {
    steno: async () => {
      await happenSteadily(`${source}/${workspaceId}`);
      for (const deadline = Date.now() + PATIENCE_MS; fast.seconds.size < EVENTS; await sleep(100))
        if (Date.now() > deadline) throw new Error(`${EVENTS - fast.seconds.size} of ${EVENTS} events did not arrive.`);
      return [...fast.seconds.values()].sort((one, other) => one - other)[Math.ceil(EVENTS * 0.99) - 1] ?? NaN;
    },
    floor: () => Promise.resolve(REACH_SECONDS),
  };
}

/** An endpoint that answers at once and notes how long each event was on its way. */
class Arrivals {
  /** By the id of the event: its first delivery counts. */
  readonly seconds = new Map<string, number>();

  readonly answer: RequestListener = (request, response) => {
    void json(request).then((body) => {
      const { id, timestamp } = body as { id: string; timestamp: string };
      if (!this.seconds.has(id)) this.seconds.set(id, (Date.now() - Date.parse(timestamp)) / 1_000);
      response.writeHead(204).end();
    });
  };
}

/** Events at their times, whether or not those before are written. */
async function happenSteadily(url: string): Promise<void> {
  const started = performance.now();
  const failures: string[] = [];
  const written: Promise<void>[] = [];
  for (let event = 0; event < EVENTS && failures.length === 0; event += 1) {
    await sleep(Math.max(0, started + (event * 1_000) / EVENTS_A_SECOND - performance.now()));
    written.push(
      fetch(url).then(async (answer) => {
        const text = await answer.text();
        if (!answer.ok) failures.push(text);
      }),
    );
  }
  await Promise.all(written);
  if (failures[0] !== undefined) throw new Error(`An event was not written: ${failures[0]}`);
}

async function subscribe(api: string, token: string, url: string): Promise<void> {
  const response = await fetch(`${api}/api/v1/webhooks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Bench', url, events: ['audio.uploaded'] }),
  });
  if (!response.ok) throw new Error(`POST webhooks: ${await response.text()}`);
}

/** @returns its address */
async function receiver(stage: Stage, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
