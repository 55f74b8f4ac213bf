import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '#config';
import { type Sentry, reportErrors } from './error-reports.js';
import { Log } from './log.js';
import { runInContext } from './request-context.js';

const NEEDED = {
  NODE_ENV: 'test',
  DATABASE_URL: 'postgres://a@127.0.0.1/a',
  AUTH_SECRET: 'a secret of a test that signs nothing at all',
  MASTER_KEY: 'a master key of a test that seals nothing',
};
const CONFIG = loadConfig({ ...NEEDED, SENTRY_DSN: 'https://public@sentry.example.com/1' });

function double() {
  const sent: { error: unknown; tags: Record<string, string> }[] = [];
  const inits: object[] = [];
  const sentry: Sentry = {
    init: (options) => inits.push(options),
    captureException: (error, { tags }) => sent.push({ error, tags }),
    flush: () => Promise.resolve(true),
  };
  return { sentry, sent, inits };
}

const log = (): Log => new Log({ app: 'api', level: 'info', destination: { write: () => undefined } });

describe('reports of errors', () => {
  it('carry the error and the ids of what it was about, and nothing else of it', async () => {
    const { sentry, sent, inits } = double();
    const lines = log();
    await reportErrors(lines, CONFIG, () => Promise.resolve(sentry));
    const error = new Error('It broke');
    const context = { requestId: 'req_1', route: 'GET /a/:id', job: 'mail.send#7', userId: 'u', address: '192.0.2.1' };
    runInContext(context, () => lines.error('Request failed', { error, password: 'planted', body: { text: 'planted' } }));
    lines.warn('Coped with', { error });
    expect(inits).toMatchObject([
      { dsn: 'https://public@sentry.example.com/1', sendDefaultPii: false, defaultIntegrations: false },
    ]);
    expect(sent).toEqual([
      { error, tags: { app: 'api', message: 'Request failed', requestId: 'req_1', route: 'GET /a/:id', job: 'mail.send' } },
    ]);
  });

  it('are not made, and nothing is loaded for them, where no Sentry is named', async () => {
    let loaded = false;
    await reportErrors(log(), loadConfig(NEEDED), () => {
      loaded = true;
      return Promise.resolve(double().sentry);
    });
    expect(loaded).toBe(false);
  });

  it('say what to install when the package is missing', async () => {
    await expect(reportErrors(log(), CONFIG)).rejects.toThrow('npm install @sentry/node');
  });
});
