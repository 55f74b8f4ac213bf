import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '#database';
import type { Actor } from '#identity';
import { testConfig } from '#testing/config';
import { testDatabase } from '#testing/database';
import { makeMembership, makeUser, makeWorkspace } from '#testing/factories';
import { EndpointVault } from '../endpoint-secrets.js';
import { ProductEvents } from '../product-events.js';
import { WebhooksService } from '../webhooks.service.js';
import { startWebhooksWorker } from './webhooks-worker.fixture.js';

/** Forms of addresses that lead inside (S1), and names and forms that no address should have (S2, S5). The sink's port takes the place of PORT. */
const INNER = [
  ...['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '0', '①②⑦.⓪.⓪.①', '127。0。0。1', '127.0.0.1', '127.0.0.1.', '0.0.0.0'],
  ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '100.64.0.1', '198.18.0.1', '255.255.255.255', '224.0.0.1'],
  ...['[::]', '[::1]', '[::127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]'],
  ...[
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    'ada@127.0.0.1',
    'hooks.example.com#@127.0.0.1',
    'hooks.example.com\\@127.0.0.1',
  ],
].map((host) => `http://${host}:PORT/`);
const BY_NAME = ['http://localhost:PORT/', 'http://localhost.:PORT/'];
const SCHEMES = ['file:///etc/passwd', 'gopher://127.0.0.1:PORT/', 'ftp://127.0.0.1:PORT/', 'ws://127.0.0.1:PORT/', 'data:,a'];

const opened = new AsyncDisposableStack();
let worker: TestingModule;
let database: Database;
let actor: Actor;
let port: number;
let hits = 0;

beforeAll(async () => {
  const server = await testDatabase();
  opened.defer(() => server.drop());
  const sink = createServer((_, response) => response.end('inner secret')).listen(0, '0.0.0.0');
  sink.on('connection', () => (hits += 1));
  await once(sink, 'listening');
  opened.defer(() => void sink.close());
  port = (sink.address() as AddressInfo).port;
  const config = testConfig({
    DATABASE_URL: server.url,
    OUTGOING_PORTS: `443,${port}`,
    WORKER_JOBS: 'webhooks.deliver,webhooks.warn',
  });
  worker = await startWebhooksWorker(config, []);
  opened.defer(() => worker.close());
  database = worker.get(Database);
  const { id: workspaceId } = await makeWorkspace(database);
  const { id: userId } = await makeUser(database);
  await makeMembership(database, workspaceId, userId, 'owner');
  actor = { workspaceId, userId, keyId: null } as Actor;
});
afterAll(() => opened.disposeAsync());

/** The address of an endpoint becomes another, as if it had been taken before anybody looked. */
async function plant(id: string, url: string): Promise<void> {
  await database.inWorkspace(actor.workspaceId, async (tx) => {
    const sealed = await worker.get(EndpointVault, { strict: false }).seal(tx, id, { url, secret: 'whsec_AAAA' });
    await tx.execute('UPDATE webhook_endpoints SET sealed = $2 WHERE id = $1', [id, sealed]);
  });
}

interface Tried {
  url: string;
  attempts: { status: number | null; error: string; response: string }[];
}

/** Every delivery once it was tried. */
async function tried(): Promise<Tried[]> {
  for (let looks = 0; looks < 500; looks += 1, await sleep(20)) {
    const rows = await database.asSystem((tx) =>
      tx.query<Tried>(
        'SELECT e.name AS url, d.attempts FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id ORDER BY e.id',
      ),
    );
    if (rows.length > 0 && rows.every(({ attempts }) => attempts.length > 0)) return rows;
  }
  throw new Error('Some deliveries were never tried.');
}

describe('a webhook that leads inside', () => {
  const addressOf = (template: string): string => template.replace('PORT', String(port));

  it.each([...INNER, ...SCHEMES])('is not taken: %s (S1, S5)', async (template) => {
    const wish = { kind: 'standard' as const, name: 'Inside', url: addressOf(template), events: [] };
    const refusal = worker.get(WebhooksService, { strict: false }).create(actor, wish);
    await expect(refusal).rejects.toMatchObject({
      code: expect.stringMatching(/^(host_not_public|address_invalid|port_refused)$/),
    });
  });

  it('is not sent anything either, and nobody learns what is there (S1, S2, S5)', async () => {
    const templates = [...INNER, ...BY_NAME, ...SCHEMES];
    const service = worker.get(WebhooksService, { strict: false });
    for (const template of templates) {
      const wish = { kind: 'standard' as const, name: template, url: 'https://hooks.example.com/', events: [] };
      await plant((await service.create(actor, wish)).id, addressOf(template));
    }
    await database.inWorkspace(actor.workspaceId, async (tx) => {
      const facts = { audioId: uuidv7(), bytes: 1 };
      await worker.get(ProductEvents, { strict: false }).record(tx, actor.workspaceId, 'audio.uploaded', facts.audioId, facts);
    });
    const rows = await tried();
    expect(rows.map(({ url }) => url)).toEqual(templates);
    for (const { attempts } of rows) expect(attempts[0]).toMatchObject({ status: null, response: '' });
    const inner = rows.filter(({ url }) => !SCHEMES.includes(url) && !/[\\@]/.test(url));
    // The same words for all of them: they must not tell which of them are there.
    for (const { attempts } of inner) expect(attempts[0]?.error).toContain('is not known on the public internet');
    expect(hits).toBe(0);
  });
});
