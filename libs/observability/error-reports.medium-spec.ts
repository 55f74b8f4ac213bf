import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';
import { reportErrors } from './error-reports.js';
import { Log } from './log.js';
import { runInContext } from './request-context.js';

const PLANTED = 'Planted7Secret';

/** A Sentry that takes everything, written from its protocol: an envelope is lines of JSON, a head and then items. */
let sentry: Server;
let envelopes: string[];
let log: Log;

beforeEach(async () => {
  envelopes = [];
  sentry = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      envelopes.push(`${request.url}\n${JSON.stringify(request.headers)}\n${body}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => sentry.listen(0, '127.0.0.1', resolve));
  log = new Log({ app: 'api', level: 'info', destination: { write: () => undefined } });
});
afterEach(async () => {
  sentry.closeAllConnections();
  await new Promise((resolve) => sentry.close(resolve));
});

const dsn = (): string => `http://public@127.0.0.1:${(sentry.address() as AddressInfo).port}/1`;

function events(): Record<string, unknown>[] {
  return envelopes.map((envelope) => JSON.parse(envelope.split('\n')[4] ?? '') as Record<string, unknown>);
}

it('carry the error and the ids of what it was about, and nothing else of it', async () => {
  await reportErrors(log, testConfig({ SENTRY_DSN: dsn() }));
  const cause = Object.assign(new Error(`refused ${PLANTED}`), { authorization: PLANTED });
  const error = Object.assign(new TypeError('It broke', { cause }), { headers: { authorization: PLANTED } });
  const context = {
    requestId: 'req_1',
    route: 'GET /a/:id',
    job: `mail.send#${PLANTED}`,
    workspaceId: PLANTED,
    userId: PLANTED,
    address: PLANTED,
  };
  runInContext(context, () => log.error('Request failed', { error, password: PLANTED, body: { text: PLANTED } }));
  log.error('It said no', { error: { token: PLANTED } });
  log.warn('Coped with', { error: new Error('of no interest') });
  await log.flushReports();

  const tags = { app: 'api', message: 'Request failed', requestId: 'req_1', route: 'GET /a/:id', job: 'mail.send' };
  expect(events()).toMatchObject([
    {
      environment: 'development',
      release: expect.stringMatching(/^steno@/),
      exception: { values: [{ type: 'TypeError', value: 'It broke' }] },
    },
    { tags: { app: 'api', message: 'It said no' }, exception: { values: [{ type: 'Error', value: 'It said no' }] } },
  ]);
  expect(events()[0]?.['tags']).toEqual(tags);
  expect(JSON.stringify(events()[0])).toContain('error-reports.medium-spec');
  expect(envelopes.join('\n')).not.toContain(PLANTED);
});

it('are not made where no Sentry is named', async () => {
  await reportErrors(log, testConfig({}));
  log.error('Request failed', { error: new Error('It broke') });
  await log.flushReports();
  expect(envelopes).toEqual([]);
});

it('are nobody’s trouble where Sentry is away', async () => {
  const address = dsn();
  await new Promise((resolve) => sentry.close(resolve));
  await reportErrors(log, testConfig({ SENTRY_DSN: address }));
  log.error('Request failed', { error: new Error('It broke') });
  await expect(log.flushReports()).resolves.toBeUndefined();
});
