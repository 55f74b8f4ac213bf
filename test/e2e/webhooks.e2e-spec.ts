import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { type Received, type Receiver, startReceiver } from '#testing/webhook-receiver';
import type { Client } from './client.js';
import { shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { type Stack, startStack } from './stack.js';

/** Events that wait for the endpoint while it is sent others, as a burst leaves them. */
const PARKED = 30;
const EVENTS = PARKED + 2;
/** So many are in the hands of the worker when it dies: some taken and not answered, some answered and not written down. */
const TAKEN = 8;

const PARK = `
WITH events AS (
  INSERT INTO webhook_events (id, workspace_id, type, subject_id, sequence, facts)
  SELECT gen_random_uuid(), workspace_id, 'audio.uploaded', gen_random_uuid(), n, jsonb_build_object('bytes', n)
  FROM webhook_endpoints, generate_series(1, ${PARKED}) AS n WHERE id = $1
  RETURNING id, workspace_id)
INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
SELECT gen_random_uuid(), workspace_id, $1, id, 'parked' FROM events`;

/** The deliveries of the endpoint by their status, and jobs to deliver that are not over. */
const STATES = `
SELECT status AS state, count(*)::int AS n FROM webhook_deliveries WHERE endpoint_id = $1 GROUP BY status
UNION ALL SELECT 'job ' || state, count(*)::int FROM jobs WHERE name = 'webhooks.deliver' AND state <> 'done' GROUP BY state`;

describeWith(['postgres'], 'a worker that is killed in the middle of delivering', () => {
  let stack: Stack;
  let client: Client;
  let receiver: Receiver;
  let webhook: { id: string; secret: string };

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ env: { OUTGOING_ALLOWED_HOSTS: '127.0.0.1' } });
    client = await stack.client();
    const wish = { name: 'Own', url: receiver.url, events: ['audio.uploaded'] };
    webhook = (await (await client.send('POST', '/api/v1/webhooks', wish)).json()) as typeof webhook;
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.close();
  });

  async function states(): Promise<Record<string, number>> {
    const rows = await stack.query<{ state: string; n: number }>(STATES, [webhook.id]);
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  }

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = performance.now() + 30_000; !(await holds()); await sleep(20))
      if (performance.now() > deadline)
        throw new Error(`Waited for: ${what}. ${JSON.stringify(await states())}\n${stack.tails()}`);
  }

  function verified({ headers, body }: Received): unknown {
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    return new StandardWebhook(webhook.secret).verify(body, given);
  }

  it('loses nothing: another sends what it had, with the same ids', async () => {
    const recording = shortRecording(stack.files);
    await client.upload(recording);
    await until('the first event', async () => (await states())['delivered'] === 1);
    await stack.query(PARK, [webhook.id]);
    receiver.answer((_, response) => {
      // Every other one is taken, and its answer never comes.
      if (receiver.received.length % 2 === 0) response.writeHead(204).end();
    });
    await client.upload(recording);
    await until('the worker to be in the middle', () => receiver.received.length > TAKEN);
    await stack.killWorker('SIGKILL');
    const before = receiver.received.length;
    expect((await states())['sending']).toBeGreaterThanOrEqual(TAKEN / 2);

    receiver.answer((_, response) => void response.writeHead(204).end());
    // As if 15 s had passed.
    await stack.query(`UPDATE jobs SET lease_until = now() WHERE state = 'running'`);
    await stack.startWorker();
    await until('all of them', async () => (await states())['delivered'] === EVENTS);
    await until('the end of all work', async () => Object.keys(await states()).length === 1);

    const events = await stack.query<{ id: string }>(`SELECT id FROM webhook_events WHERE type = 'audio.uploaded'`);
    expect(events).toHaveLength(EVENTS);
    const byEvent = Map.groupBy(receiver.received, ({ headers }) => String(headers['webhook-id']));
    expect([...byEvent.keys()].sort()).toEqual(events.map(({ id }) => id).sort());
    for (const got of receiver.received) expect(verified(got)).toMatchObject({ id: got.headers['webhook-id'] });
    const twice = [...byEvent.values()].filter((times) => times.length > 1);
    // What was taken without an answer came again; nothing came a third time, and nothing else came twice.
    expect(twice.length).toBeGreaterThanOrEqual(TAKEN / 2);
    for (const [first, again, ...more] of twice) {
      expect([again?.body, again?.headers['x-steno-delivery-id'], more]).toEqual([
        first?.body,
        first?.headers['x-steno-delivery-id'],
        [],
      ]);
      expect(receiver.received.indexOf(first as Received)).toBeLessThan(before);
    }
    const [{ attempts } = { attempts: NaN }] = await stack.query<{ attempts: number }>(
      'SELECT max(jsonb_array_length(attempts)) AS attempts FROM webhook_deliveries WHERE endpoint_id = $1',
      [webhook.id],
    );
    expect(attempts).toBe(1);
  });
});
