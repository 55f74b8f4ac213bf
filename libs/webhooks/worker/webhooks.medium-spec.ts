import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { v7 as uuidv7 } from 'uuid';
import { Database, type WebhookKind } from '#database';
import type { Actor } from '#identity';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeMembership, makeUser, makeWorkspace } from '#testing/factories';
import { type Received, type Receiver, startReceiver } from '#testing/webhook-receiver';
import { EndpointVault } from '../endpoint-secrets.js';
import type { EventType } from '../event-catalogue.js';
import { ProductEvents } from '../product-events.js';
import { ReplayService } from '../replay.service.js';
import { type WebhookWithSecret, WebhooksService } from '../webhooks.service.js';
import { EventSweep } from './event-sweep.js';
import { ParkedSweep } from './parked-sweep.js';
import { startWebhooksWorker } from './webhooks-worker.fixture.js';

const FACTS = { audioId: uuidv7(), bytes: 7 };

interface DeliveryRow {
  id: string;
  status: string;
  tries: number;
  wait: number | null;
  attempts: { status: number | null; error: string | null; response: string }[];
}

const opened = new AsyncDisposableStack();
const logged: string[] = [];
let server: TestDatabase;
let worker: TestingModule;
let second: TestingModule;
let database: Database;
let receiver: Receiver;
let other: Receiver;
let email: string;
let actor: Actor;

beforeAll(async () => {
  server = await testDatabase();
  opened.defer(() => server.drop());
  const overrides = {
    DATABASE_URL: server.url,
    OUTGOING_ALLOWED_HOSTS: '127.0.0.1',
    WORKER_JOBS: 'webhooks.deliver,webhooks.warn',
  };
  worker = await startWebhooksWorker(testConfig(overrides), logged);
  opened.defer(() => worker.close());
  second = await startWebhooksWorker(testConfig(overrides), logged);
  opened.defer(() => second.close());
  database = worker.get(Database);
  for (const started of [(receiver = await startReceiver()), (other = await startReceiver())])
    opened.defer(() => started.close());
  ({ actor, email } = await makeActor());
});
afterEach(async () => {
  await query('DELETE FROM webhook_endpoints');
  // Those that wait for a later try find nothing then, and end.
  await hurry();
  await until(openJobs, (jobs) => jobs === 0);
  for (const each of [receiver, other]) each.reset();
});
afterAll(() => opened.disposeAsync());

async function query<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
  return database.asSystem((tx) => tx.query<Row>(sql, parameters));
}

async function makeActor(): Promise<{ actor: Actor; email: string }> {
  const { id: workspaceId } = await makeWorkspace(database);
  const user = await makeUser(database);
  await makeMembership(database, workspaceId, user.id, 'owner');
  return { actor: { workspaceId, userId: user.id, keyId: null } as Actor, email: user.email };
}

async function subscribe(
  given: { kind?: WebhookKind; url?: string; events?: EventType[] } = {},
  who = actor,
): Promise<WebhookWithSecret> {
  const wish = { kind: 'standard' as const, name: 'Own', url: `${receiver.url}/hook`, events: [], ...given };
  return worker.get(WebhooksService, { strict: false }).create(who, wish);
}

/** Something happens, as often as is said. @returns about what */
async function happen(times = 1, subjectId = uuidv7(), who = actor): Promise<string> {
  const events = worker.get(ProductEvents, { strict: false });
  await database.inWorkspace(who.workspaceId, async (tx) => {
    for (let time = 0; time < times; time += 1)
      await events.record(tx, who.workspaceId, 'audio.uploaded', subjectId, { audioId: subjectId, bytes: 7 });
  });
  return subjectId;
}

async function deliveriesOf({ id }: WebhookWithSecret): Promise<DeliveryRow[]> {
  return query<DeliveryRow>(
    `SELECT id, status, tries, attempts, extract(epoch FROM due_at - now())::float8 AS wait
     FROM webhook_deliveries WHERE endpoint_id = $1 ORDER BY id`,
    [id],
  );
}

async function until<T>(look: () => Promise<T> | T, holds: (seen: T) => boolean, seconds = 15): Promise<T> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`Waited in vain; it stands at ${JSON.stringify(seen)}`);
    await sleep(15);
  }
}

/** The deliveries to an endpoint once all are of these statuses. */
async function settled(webhook: WebhookWithSecret, ...statuses: string[]): Promise<DeliveryRow[]> {
  return until(
    () => deliveriesOf(webhook),
    (rows) => rows.length > 0 && rows.every(({ status }) => statuses.includes(status)),
  );
}

/** Deliveries that have work to be done. */
async function openJobs(): Promise<number> {
  const sql = `SELECT count(*)::int AS jobs FROM jobs WHERE name = 'webhooks.deliver' AND state IN ('waiting', 'running')`;
  return (await query<{ jobs: number }>(sql))[0]?.jobs ?? NaN;
}

/** As if the time until the next tries had passed. */
async function hurry(): Promise<void> {
  await query(`UPDATE webhook_deliveries SET due_at = now()`);
  await query(`UPDATE jobs SET due_at = now() WHERE name = 'webhooks.deliver' AND state = 'waiting'`);
}

/** As if the process that sends an event were gone and the lease had run out before the commit. */
async function lose(eventId: string, crashes = 0): Promise<void> {
  await query(
    `UPDATE jobs SET state = 'waiting', epoch = epoch + 1, crashes = $2, lease_until = NULL, rung_at = NULL, due_at = now()
     FROM webhook_deliveries d WHERE d.event_id = $1 AND jobs.name = 'webhooks.deliver' AND jobs.state = 'running'
       AND (jobs.subject_id = d.id OR jobs.payload ? d.id::text)`,
    [eventId, crashes],
  );
}

async function arrived(count: number, at = receiver): Promise<Received[]> {
  return until(
    () => at.received,
    (received) => received.length >= count,
  );
}

function verify({ headers, body }: Received, secret: string): unknown {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  expect(new SvixWebhook(secret).verify(body, given)).toEqual(new StandardWebhook(secret).verify(body, given));
  return JSON.parse(body);
}

describe('an event', () => {
  it('arrives signed and thin, at every endpoint that wants its type (W1, W10)', async () => {
    const all = await subscribe();
    await subscribe({ url: `${other.url}/quota`, events: ['quota.warning'] });
    const audioId = await happen();
    await settled(all, 'delivered');
    expect(receiver.received).toHaveLength(1);
    expect(other.received).toHaveLength(0);
    const [got] = await arrived(1);
    if (got === undefined) throw new Error('It arrived.');
    const [delivery] = await deliveriesOf(all);
    expect(verify(got, all.secret)).toEqual({
      id: got.headers['webhook-id'],
      type: 'audio.uploaded',
      timestamp: expect.stringMatching(/^2\d{3}-.*Z$/),
      data: { audioId, bytes: 7, sequence: expect.any(Number) },
    });
    expect(got.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Steno',
      'x-steno-event': 'audio.uploaded',
      'x-steno-delivery-id': delivery?.id,
      'x-steno-signature': `sha256=${createHmac('sha256', all.secret).update(got.body).digest('hex')}`,
    });
    expect(delivery?.attempts).toEqual([expect.objectContaining({ status: 200, error: null, response: 'thanks' })]);
  });

  it('of a transaction that is taken back is told to nobody (W2)', async () => {
    const webhook = await subscribe();
    const failing = database.inWorkspace(actor.workspaceId, async (tx) => {
      const facts = { audioId: uuidv7(), bytes: 1 };
      await worker.get(ProductEvents, { strict: false }).record(tx, actor.workspaceId, 'audio.uploaded', facts.audioId, facts);
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    expect(await deliveriesOf(webhook)).toEqual([]);
  });

  it('is sent again with the same id when its worker dies after it was taken, however often that happens (W2)', async () => {
    const webhook = await subscribe();
    const taken = new Set<string>();
    receiver.answer(async ({ event }, response) => {
      if (!taken.has(event.id)) {
        taken.add(event.id);
        await lose(event.id);
      }
      response.writeHead(204).end();
    });
    await happen(20);
    const deliveries = await settled(webhook, 'delivered');
    expect(deliveries).toHaveLength(20);
    for (const delivery of deliveries) expect(delivery).toMatchObject({ tries: 0, attempts: [{ status: 204 }] });
    const times = Map.groupBy(receiver.received, ({ headers }) => headers['webhook-id']);
    expect(times.size).toBe(20);
    for (const [first, again] of times.values()) expect(again?.body).toBe(first?.body);
  });

  it('has a number that grows with each about the same thing (W6)', async () => {
    const webhook = await subscribe();
    const subject = await happen(5);
    await happen(1, subject);
    await settled(webhook, 'delivered');
    const numbers = receiver.received.map(({ event }) => event.data.sequence);
    expect(new Set(numbers).size).toBe(6);
    // UUIDv7: in the order in which they happened.
    const inOrder = receiver.received.toSorted((one, two) => (one.event.id < two.event.id ? -1 : 1));
    expect(inOrder.map(({ event }) => event.data.sequence)).toEqual(numbers.toSorted((one, two) => one - two));
  });

  it('is written nowhere when nobody wants it', async () => {
    await subscribe({ events: ['quota.warning'] });
    const subject = await happen();
    expect(await query('SELECT 1 FROM webhook_events WHERE subject_id = $1', [subject])).toEqual([]);
  });

  it('is taken once each by two workers', async () => {
    const webhook = await subscribe();
    await happen(20);
    await settled(webhook, 'delivered');
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(20);
    expect(receiver.received).toHaveLength(20);
  });
});

describe('an endpoint that takes what it is sent', () => {
  /** It has taken something just now. @param parked then wait for it, behind one with a job */
  async function flowing(parked: number): Promise<WebhookWithSecret> {
    const webhook = await subscribe();
    await happen();
    await settled(webhook, 'delivered');
    await database.inWorkspace(actor.workspaceId, async (tx) => {
      for (let time = 0; time < parked; time += 1)
        await worker.get(ProductEvents, { strict: false }).record(tx, actor.workspaceId, 'audio.uploaded', uuidv7(), FACTS);
      await tx.execute(`UPDATE webhook_deliveries SET status = 'parked' WHERE endpoint_id = $1 AND status = 'waiting'`, [
        webhook.id,
      ]);
      await tx.execute(`DELETE FROM jobs WHERE state = 'waiting' AND subject_id IN (SELECT id FROM webhook_deliveries)`);
    });
    return webhook;
  }

  it('is sent much by one job', async () => {
    const webhook = await flowing(40);
    await happen();
    const deliveries = await settled(webhook, 'delivered');
    expect(deliveries).toHaveLength(42);
    expect(receiver.received).toHaveLength(42);
    const ids = deliveries.map(({ id }) => id);
    expect(await query(`SELECT id FROM jobs WHERE subject_id = ANY ($1)`, [ids])).toHaveLength(2);
    for (const { attempts } of deliveries) expect(attempts).toHaveLength(1);
  });

  it('is sent nothing more by it once something failed, and all in the end (W6)', async () => {
    const webhook = await flowing(40);
    let refused = 0;
    receiver.answer((_, response) => void response.writeHead((refused += 1) <= 3 ? 500 : 200).end());
    await happen();
    await until(
      () => deliveriesOf(webhook),
      (rows) => rows.filter(({ tries }) => tries === 1).length === 3,
    );
    await until(
      () => deliveriesOf(webhook),
      (rows) => rows.filter(({ status }) => status === 'delivered').length === 39,
    );
    await hurry();
    expect(await settled(webhook, 'delivered')).toHaveLength(42);
  });

  it('gets what a job took along also when that job is given up', async () => {
    const webhook = await flowing(8);
    let lost = false;
    receiver.answer(async ({ event }, response) => {
      if (!lost) {
        lost = true;
        await lose(event.id, 3);
      }
      response.writeHead(200).end();
    });
    await happen();
    const ours = (row: DeliveryRow): boolean => row.attempts[0]?.error?.includes('reason that is ours') === true;
    await until(
      () => deliveriesOf(webhook),
      (rows) => rows.some(ours),
    );
    await hurry();
    const deliveries = await settled(webhook, 'delivered');
    expect(deliveries).toHaveLength(10);
    expect(deliveries.filter(ours).length).toBeGreaterThan(1);
  });
});

describe('a delivery that fails', () => {
  it('is tried again by the schedule, and given up after nine tries (W3)', async () => {
    const webhook = await subscribe();
    receiver.answer((_, response) => void response.writeHead(500).end('broken'));
    await happen();
    const waits: number[] = [];
    for (let tries = 1; tries <= 8; tries += 1) {
      const [row] = await until(
        () => deliveriesOf(webhook),
        ([delivery]) => delivery?.tries === tries && delivery.status === 'waiting',
      );
      waits.push(row?.wait ?? NaN);
      await hurry();
    }
    const [row] = await settled(webhook, 'failed');
    expect(row).toMatchObject({ tries: 9, wait: null });
    expect(row?.attempts).toHaveLength(9);
    expect(row?.attempts[0]).toMatchObject({ status: 500, error: 'The endpoint answered 500.', response: 'broken' });
    for (const [index, seconds] of [1, 5, 25, 120, 600, 3_600, 21_600, 86_400].entries()) {
      expect(waits[index]).toBeLessThanOrEqual(seconds * 1.2);
      expect(waits[index]).toBeGreaterThan(seconds * 0.8 - 1);
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('waits as long as the endpoint asks, and so do all others to it (W3, W4)', async () => {
    const webhook = await subscribe();
    receiver.answer((_, response) => void response.writeHead(429, { 'retry-after': '300' }).end());
    await happen();
    const waits = async () => (await deliveriesOf(webhook)).map(({ wait }) => Math.round((wait ?? 0) / 10) * 10);
    await until(waits, ([wait]) => wait === 300);
    await happen();
    await until(waits, ([, wait]) => wait === 300);
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    ['a redirect', 302, { location: 'http://127.0.0.1/elsewhere' }, 'Redirects are not followed'],
    ['an error of its own', 404, {}, 'answered 404'],
  ])('because of %s is tried again (W4)', async (_, status, headers, words) => {
    const webhook = await subscribe();
    receiver.answer((_got, response) => void response.writeHead(status, headers).end());
    await happen();
    const [row] = await until(
      () => deliveriesOf(webhook),
      ([delivery]) => delivery?.tries === 1,
    );
    expect(row?.attempts[0]).toMatchObject({ status, error: expect.stringContaining(words) });
    expect(receiver.received).toHaveLength(1);
  });

  it('because nobody answers ends when the time is up, and says no more than that (W4, W12)', async () => {
    const webhook = await subscribe({ url: `${receiver.url}/hook?token=TopSecretOfTheUrl` });
    receiver.answer(() => undefined);
    await happen();
    const [row] = await until(
      () => deliveriesOf(webhook),
      ([delivery]) => delivery?.tries === 1,
    );
    expect(row?.attempts[0]).toMatchObject({ status: null, error: '127.0.0.1 did not answer within 1.5 seconds.' });
    expect(JSON.stringify([row, ...logged])).not.toContain('TopSecretOfTheUrl');
    expect(logged.join('')).not.toContain(webhook.secret);
    expect(logged.join('')).not.toContain('v1,');
  });

  it('keeps only the beginning of the answer', async () => {
    const webhook = await subscribe();
    receiver.answer((_, response) => void response.writeHead(500).end('x'.repeat(1_000_000)));
    await happen();
    const [row] = await until(
      () => deliveriesOf(webhook),
      ([delivery]) => delivery?.tries === 1,
    );
    expect(row?.attempts[0]?.response).toBe('x'.repeat(1_000));
  });
});

describe('an endpoint', () => {
  it('that is slow delays nobody, neither in its workspace nor elsewhere, and fills no queue (W5, W11)', async () => {
    const slow = await subscribe();
    receiver.answer(() => undefined);
    await happen(120);
    const { actor: neighbour } = await makeActor();
    const quick = await subscribe({ url: `${other.url}/here` });
    await subscribe({ url: `${other.url}/there` }, neighbour);
    await until(
      () => receiver.received.length,
      (count) => count >= 4,
    );
    const started = performance.now();
    await happen(1, uuidv7(), neighbour);
    await happen();
    await arrived(2, other);
    expect(performance.now() - started).toBeLessThan(2_000);
    await settled(quick, 'delivered');
    await until(openJobs, (jobs) => jobs < 30);
    expect((await deliveriesOf(slow)).filter(({ status }) => status === 'parked').length).toBeGreaterThan(60);
  });

  it('gets what was parked while the last before it ended', async () => {
    const webhook = await subscribe();
    await happen();
    await settled(webhook, 'delivered');
    await query(`UPDATE webhook_deliveries SET status = 'parked', finished_at = NULL WHERE endpoint_id = $1`, [webhook.id]);
    await query(`UPDATE webhook_deliveries SET turn = turn + 1 WHERE endpoint_id = $1`, [webhook.id]);
    await worker.get(ParkedSweep, { strict: false }).sweep();
    await settled(webhook, 'delivered');
    expect(await arrived(2)).toHaveLength(2);
  });

  it('gets all that waited for it once it is quick again', async () => {
    const webhook = await subscribe();
    receiver.answer(async (_, response) => {
      await sleep(30);
      response.writeHead(200).end();
    });
    await happen(30);
    await settled(webhook, 'delivered');
    expect(receiver.received).toHaveLength(30);
  });

  it('that answers 410 is disabled at once, and those who own it are told (W4, W9)', async () => {
    const webhook = await subscribe();
    const watching = await subscribe({ url: `${other.url}/`, events: ['webhook.disabled'] });
    receiver.answer((_, response) => void response.writeHead(410).end());
    await happen();
    await settled(webhook, 'failed');
    const facts = { status: 'disabled', disabled_reason: 'gone' };
    expect(await query('SELECT status, disabled_reason FROM webhook_endpoints WHERE id = $1', [webhook.id])).toEqual([facts]);
    const [told] = await arrived(1, other);
    expect(told?.event).toMatchObject({
      type: 'webhook.disabled',
      data: { webhookId: webhook.id, reason: 'gone' },
    });
    await settled(watching, 'delivered');
    const letters = () =>
      query<{ recipient: string; subject: string }>('SELECT recipient, subject FROM mails ORDER BY created_at');
    const [letter] = await until(letters, (rows) => rows.length > 0);
    expect(letter).toEqual({ recipient: email, subject: expect.stringContaining('the webhook "Own" was disabled') });
  });

  it.each([
    ['ten events in a row', `failed_in_row = 9`, 8],
    ['five days', `failing_since = now() - interval '121 hours'`, 0],
  ])('that failed for %s is disabled, and gets what it missed once it is back (W9)', async (_, long, tries) => {
    const webhook = await subscribe();
    const id = webhook.id;
    receiver.answer((_got, response) => void response.writeHead(503).end());
    await query(`UPDATE webhook_endpoints SET ${long} WHERE id = $1`, [id]);
    await happen();
    await until(
      () => deliveriesOf(webhook),
      ([delivery]) => (delivery?.tries ?? 0) > 0,
    );
    await query('UPDATE webhook_deliveries SET tries = greatest(tries, $2) WHERE endpoint_id = $1', [id, tries]);
    await hurry();
    await settled(webhook, 'failed', 'missed');
    const reasonOf = () => query('SELECT status, disabled_reason AS reason FROM webhook_endpoints WHERE id = $1', [id]);
    expect(await reasonOf()).toEqual([{ status: 'disabled', reason: 'failing' }]);

    receiver.reset();
    await happen(2);
    await sleep(50);
    expect(receiver.received).toHaveLength(0);
    await worker.get(WebhooksService, { strict: false }).change(actor, id, { status: 'active' });
    await arrived(3);
    expect(await settled(webhook, 'delivered')).toHaveLength(3);
    expect(await worker.get(ReplayService, { strict: false }).replayMissed(actor, id)).toBe(0);
  });

  it('that is tested gets a test, also when it is disabled and wants something else', async () => {
    const webhook = await subscribe({ events: ['quota.warning'] });
    const { id } = webhook;
    await worker.get(WebhooksService, { strict: false }).change(actor, id, { status: 'disabled' });
    await worker.get(ReplayService, { strict: false }).test(actor, id);
    const [got] = await arrived(1);
    expect(got?.event).toMatchObject({ type: 'webhook.test', data: { webhookId: id } });
    receiver.answer((_, response) => void response.writeHead(500).end());
    await worker.get(ReplayService, { strict: false }).test(actor, id);
    const rows = await settled(webhook, 'delivered', 'failed');
    expect(rows.map(({ status }) => status)).toEqual(['delivered', 'failed']);
  });

  it.each(['slack', 'discord'] as const)('that is a chat (%s) gets a text', async (kind) => {
    const webhook = await subscribe({ kind });
    await happen();
    await settled(webhook, 'delivered');
    expect(receiver.received[0]?.body).toContain('A recording has arrived');
    expect(receiver.received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  it('whose address leads inside is not sent anything, though it was taken before (S1)', async () => {
    const webhook = await subscribe();
    // As if its name now led elsewhere.
    const sealed = await database.inWorkspace(actor.workspaceId, (tx) =>
      worker.get(EndpointVault, { strict: false }).seal(tx, webhook.id, {
        url: receiver.url.replace('127.0.0.1', '127.0.0.2'),
        secret: webhook.secret,
      }),
    );
    await query('UPDATE webhook_endpoints SET sealed = $2 WHERE id = $1', [webhook.id, sealed]);
    await happen();
    const [row] = await until(
      () => deliveriesOf(webhook),
      ([delivery]) => delivery?.tries === 1,
    );
    expect(row?.attempts[0]).toMatchObject({ status: null, error: expect.stringContaining('not known on the public internet') });
    const here = { kind: 'standard' as const, name: 'Inside', url: 'http://10.0.0.1/', events: [] };
    const refusal = worker.get(WebhooksService, { strict: false }).create(actor, here);
    await expect(refusal).rejects.toMatchObject({ code: 'host_not_public' });
  });
});

describe('a secret that is changed', () => {
  it('goes on beside the new one for a while, and no delivery fails (W8)', async () => {
    const webhook = await subscribe();
    const service = worker.get(WebhooksService, { strict: false });
    const { secret } = await service.rotate(actor, webhook.id, 86_400);
    await happen();
    const [both] = await arrived(1);
    if (both === undefined) throw new Error('It arrived.');
    for (const either of [webhook.secret, secret]) verify(both, either);
    await query(`UPDATE webhook_endpoints SET previous_secret_until = now() - interval '1 second'`);
    await happen();
    const [, one] = await arrived(2);
    if (one === undefined) throw new Error('It arrived.');
    verify(one, secret);
    expect(() => verify(one, webhook.secret)).toThrow('No matching signature');
  });
});

describe('a replay', () => {
  it('has the same id and a new time (W7)', async () => {
    const webhook = await subscribe();
    await happen();
    const [delivery] = await settled(webhook, 'delivered');
    if (delivery === undefined) throw new Error('It was delivered.');
    await sleep(1_000);
    await worker.get(ReplayService, { strict: false }).replayOne(actor, webhook.id, delivery.id);
    const [first, again] = await arrived(2);
    expect(again?.body).toBe(first?.body);
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(Number(again?.headers['webhook-timestamp'])).toBeGreaterThan(Number(first?.headers['webhook-timestamp']));
    if (again !== undefined) verify(again, webhook.secret);
  });
});

describe('endpoints of another workspace', () => {
  it('hear nothing, and are not there (item 40)', async () => {
    const webhook = await subscribe();
    const { actor: stranger } = await makeActor();
    await happen(1, uuidv7(), stranger);
    await happen();
    const [delivery] = await settled(webhook, 'delivered');
    expect(receiver.received).toHaveLength(1);
    const { id } = webhook;
    const service = worker.get(WebhooksService, { strict: false });
    const replays = worker.get(ReplayService, { strict: false });
    const missing = { code: 'webhook_not_found' };
    await expect(service.get(stranger, id)).rejects.toMatchObject(missing);
    await expect(service.remove(stranger, id)).rejects.toMatchObject(missing);
    await expect(service.rotate(stranger, id, 0)).rejects.toMatchObject(missing);
    await expect(replays.test(stranger, id)).rejects.toMatchObject(missing);
    await expect(replays.replayMissed(stranger, id)).rejects.toMatchObject(missing);
    await expect(replays.replayOne(stranger, id, delivery?.id ?? '')).rejects.toMatchObject(missing);
    await database.inWorkspace(stranger.workspaceId, async (tx) => {
      for (const table of ['webhook_endpoints', 'webhook_events', 'webhook_deliveries'])
        expect(await tx.query(`SELECT id FROM ${table} WHERE workspace_id <> $1`, [stranger.workspaceId])).toEqual([]);
    });
  });
});

describe('an endpoint that is deleted', () => {
  it('while something happens takes nothing with it', async () => {
    const webhook = await subscribe();
    const subject = uuidv7();
    const seen = Promise.withResolvers<void>();
    const happening = database.inWorkspace(actor.workspaceId, async (tx) => {
      const facts = { audioId: subject, bytes: 1 };
      await worker.get(ProductEvents, { strict: false }).record(tx, actor.workspaceId, 'audio.uploaded', subject, facts);
      seen.resolve();
      await sleep(100);
    });
    await seen.promise;
    await worker.get(WebhooksService, { strict: false }).remove(actor, webhook.id);
    await happening;
    expect(await query('SELECT 1 FROM webhook_events WHERE subject_id = $1', [subject])).toHaveLength(1);
    expect(await deliveriesOf(webhook)).toEqual([]);
  });
});

describe('old events', () => {
  it('are forgotten with their deliveries, but not those that are still under way', async () => {
    const webhook = await subscribe();
    await happen();
    await settled(webhook, 'delivered');
    receiver.answer((_, response) => void response.writeHead(500).end());
    await happen();
    await until(
      () => deliveriesOf(webhook),
      ([, second]) => second?.tries === 1,
    );
    await query(`UPDATE webhook_events SET created_at = now() - interval '31 days'`);
    await worker.get(EventSweep, { strict: false }).sweep();
    expect(await deliveriesOf(webhook)).toEqual([expect.objectContaining({ status: 'waiting' })]);
  });
});
