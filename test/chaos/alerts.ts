import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '#testing/webhook-receiver';
import type { Client } from '../e2e/client.js';
import { freePort, missingPrograms } from '../e2e/launcher.js';
import { SAYS_IT, untilCalled } from '../e2e/orders.js';
import { longRecording, shortRecording } from '../e2e/recordings.js';
import { type Stack, startStack } from '../e2e/stack.js';
import { alertRules, type Figures, firing, type Happening, scraped } from './alert-judge.js';
import { type ChaosRow, Skipped } from './row.js';

/** What is read from the database is read at most so often. */
const FRESH_MS = 5_500;
const HOUR = 3_600;
const SMALL_POOL = '6';
const BROKEN_IN_A_ROW = 6;
const LOGINS = 300;

interface Drill {
  stack: Stack;
  client: Client;
  recording: string;
}

/** Something goes wrong, and which alerts tell. */
interface Scene {
  what: string;
  alerts: string[];
  /** Lets it happen. @returns what undoes it */
  happen: (drill: Drill) => Promise<() => Promise<unknown>>;
}

const nothing = (): Promise<void> => Promise.resolve();

const SCENES: readonly Scene[] = [
  {
    what: 'a table the API reads is gone',
    alerts: ['StenoRequestsFail'],
    happen: async ({ stack, client }) => {
      await stack.query('ALTER TABLE transcriptions RENAME TO lost');
      await client.send('GET', '/api/v1/transcriptions');
      await stack.query('ALTER TABLE lost RENAME TO transcriptions');
      return nothing;
    },
  },
  {
    what: 'a table is locked for a while',
    alerts: ['StenoRequestsSlow'],
    happen: async ({ stack, client }) => {
      const lock = await stack.holdTable('audio', 'ACCESS EXCLUSIVE');
      const waiting = Array.from({ length: 4 }, () => client.send('GET', '/api/v1/audio'));
      await sleep(1_500);
      await lock.release();
      await Promise.all(waiting);
      return nothing;
    },
  },
  {
    what: 'a table is locked, and everybody waits',
    alerts: ['StenoPoolExhausted'],
    happen: async ({ stack, client }) => {
      const lock = await stack.holdTable('audio', 'ACCESS EXCLUSIVE');
      const waiting = Array.from({ length: 30 }, () => client.send('GET', '/api/v1/audio'));
      await sleep(FRESH_MS);
      return async () => {
        await lock.release();
        await Promise.all(waiting);
      };
    },
  },
  {
    what: 'the API stands still for two seconds',
    alerts: ['StenoEventLoopBlocked'],
    happen: async ({ stack }) => {
      await figuresOf(stack);
      stack.api.signal('SIGSTOP');
      await sleep(2_000);
      stack.api.signal('SIGCONT');
      return nothing;
    },
  },
  {
    what: 'somebody tries passwords',
    alerts: ['StenoRefusesMany'],
    happen: async ({ client }) => {
      const login = { email: client.email, password: 'wrong' };
      for (let time = 0; time < LOGINS; time += 1) await (await client.send('POST', '/api/v1/auth/login', login)).arrayBuffer();
      return nothing;
    },
  },
  {
    what: 'endpoints of webhooks are not there',
    alerts: ['StenoWebhooksUnanswered'],
    happen: async ({ stack, client, recording }) => {
      await subscribe(client, `http://127.0.0.1:${await freePort()}/`);
      await client.upload(recording);
      await stack.until('a try', 'SELECT max(tries) AS n FROM webhook_deliveries', (tries) => tries > 0);
      return () => stack.query(`DELETE FROM webhook_endpoints`);
    },
  },
  {
    what: 'an hour of sound is paid for',
    alerts: ['StenoCostHigh'],
    happen: async ({ stack, client }) => {
      const { id } = await client.transcribe(longRecording(stack.files, HOUR));
      await client.waitUntilFinished(id);
      return nothing;
    },
  },
  {
    what: 'another worker takes a job over that is being done',
    alerts: ['StenoLeasesLost'],
    happen: async ({ stack, client, recording }) => {
      const before = stack.provider.calls.length;
      stack.provider.always({ ...SAYS_IT, delayMs: 8_000 });
      await client.transcribe(recording);
      await untilCalled(stack, before + 1);
      await stack.query(`UPDATE jobs SET epoch = epoch + 1 WHERE state = 'running'`);
      await stack.workers[0]?.said('The lease was lost; nothing was written');
      stack.provider.always(SAYS_IT);
      return () => stack.query(`UPDATE jobs SET lease_until = now() WHERE state = 'running'`);
    },
  },
  {
    what: 'a provider refuses what it is sent, and then does not answer',
    alerts: ['StenoJobsGivenUp', 'StenoProviderFails', 'StenoProviderOpen'],
    happen: async ({ stack, client, recording }) => {
      stack.provider.always({ mode: 'bad_audio' });
      await client.waitUntilFinished((await client.transcribe(recording)).id);
      stack.provider.always({ mode: 'server_error' });
      for (let time = 0; time < BROKEN_IN_A_ROW; time += 1) await client.transcribe(recording);
      await stack.until('the breaker to open', `SELECT count(*) AS n FROM circuits WHERE blocked_until > now()`, (n) => n > 0);
      return async () => {
        stack.provider.always(SAYS_IT);
        await stack.query('DELETE FROM circuits');
        await stack.query(`UPDATE jobs SET due_at = now() WHERE state = 'waiting'`);
      };
    },
  },
  {
    what: 'the provider refuses the key',
    alerts: ['StenoKeysOut', 'StenoNoUsableKey'],
    happen: async ({ stack, client, recording }) => {
      stack.provider.always({ mode: 'unauthorized' });
      await client.transcribe(recording);
      await stack.workers[0]?.said('A key of this installation was taken out; replace it or top its account up');
      return () => Promise.resolve(stack.provider.always(SAYS_IT));
    },
  },
  {
    what: 'figures cannot be read',
    alerts: ['StenoFiguresUnreadable'],
    happen: async ({ stack }) => {
      await stack.query('ALTER TABLE worker_pulses RENAME TO lost');
      return () => stack.query('ALTER TABLE lost RENAME TO worker_pulses');
    },
  },
  {
    what: 'Redis and the only worker die, and ten minutes pass',
    alerts: [
      'StenoProcessDown',
      'StenoNoWorker',
      'StenoQueueBehind',
      'StenoJobWithoutWorker',
      'StenoOutboxLate',
      'StenoWebhooksBehind',
    ],
    happen: async ({ stack, client, recording }) => {
      const receiver = await startReceiver();
      await subscribe(client, receiver.url);
      await stack.killWorker('SIGKILL');
      await stack.redis?.kill();
      await client.transcribe(recording);
      await stack.query(`UPDATE jobs SET due_at = now() - interval '11 minutes', rung_at = NULL WHERE state = 'waiting'`);
      await stack.query(`UPDATE webhook_deliveries SET created_at = now() - interval '11 minutes' WHERE status = 'waiting'`);
      await stack.query(`UPDATE worker_pulses SET canary_at = now() - interval '11 minutes'`);
      return () => receiver.close();
    },
  },
];

const DRILL: ChaosRow = {
  id: 'K11',
  what: 'each alert of docker/observability/alerts.yml: what it is about is done to a running installation once; Prometheus’s own engine (promtool) is given the figures it then shows, as if it went on',
  expect: 'each alert fires by what it is about, and none while all is well',
  withinSeconds: 600,
  run: async (turn) => {
    if (missingPrograms(['promtool']).length > 0) throw new Skipped('promtool is not there (Debian: prometheus)');
    const env = {
      OUTGOING_ALLOWED_HOSTS: '127.0.0.1',
      DATABASE_POOL_SIZE: SMALL_POOL,
      RATE_LIMITS: 'off,sign-in=5/3600',
    };
    const stack = await startStack({ queue: 'redis', env });
    try {
      const client = await stack.client();
      const drill = { stack, client, recording: shortRecording(stack.files) };
      const files = join(stack.home, 'promtool');
      mkdirSync(files);
      await client.waitUntilFinished((await client.transcribe(drill.recording)).id);
      const calm = await during(stack, () => client.send('GET', '/api/v1/transcriptions'));
      const rules = alertRules();
      const early = await firing(files, calm, rules);
      const fired = new Set<string>();
      for (const { what, alerts, happen } of SCENES.slice(0, turn.times(SCENES.length))) {
        let undo = nothing as () => Promise<unknown>;
        const happening = await during(stack, async () => {
          undo = await happen(drill);
        });
        await undo();
        const meant = rules.filter(({ alert }) => alerts.includes(alert));
        const found = await firing(files, happening, meant);
        for (const alert of found) fired.add(alert);
        turn.say(`${what}: ${found.join(', ') || 'nothing'}`);
      }
      const silent = rules.map(({ alert }) => alert).filter((alert) => !fired.has(alert));
      const figure = `${fired.size} of ${rules.length} alerts fire${silent.length > 0 ? `, not ${silent.join(', ')}` : ''}; ${early.length} while all is well${early.length > 0 ? ` (${early.join(', ')})` : ''}`;
      return { figure, holds: silent.length === 0 && early.length === 0 };
    } finally {
      await stack.stop();
    }
  },
};

/** The figures before and after, each fresh. */
async function during(stack: Stack, work: () => Promise<unknown>): Promise<Happening> {
  const before = await figuresOf(stack);
  const started = performance.now();
  await work();
  const left = FRESH_MS - (performance.now() - started);
  // What the process itself counts is looked at at once: some of it is gone a moment later.
  const own = await figuresOf(stack);
  if (left > 0) await sleep(left);
  const after = new Map(await figuresOf(stack));
  for (const [name, figure] of own) if (/^(nodejs_eventloop_lag|steno_database_pool)/.test(name)) after.set(name, figure);
  return { before, after };
}

async function figuresOf(stack: Stack): Promise<Figures> {
  const worker = stack.workers[0];
  const port = worker === undefined ? undefined : Number((await worker.said('The health server listens'))['port']);
  const api = await textAt(`${stack.origin}/health/metrics`);
  const ofWorker = port === undefined ? null : await textAt(`http://127.0.0.1:${port}/health/metrics`);
  return new Map([...scraped('steno-api', api), ...scraped('steno-worker', ofWorker)]);
}

async function textAt(url: string): Promise<string | null> {
  const answer = await fetch(url).catch(() => null);
  return answer?.ok === true ? answer.text() : null;
}

async function subscribe(client: Client, url: string): Promise<void> {
  const answer = await client.send('POST', '/api/v1/webhooks', { name: 'Own', url, events: ['audio.uploaded'] });
  if (!answer.ok) throw new Error(`POST webhooks: ${await answer.text()}`);
}

/** Rows about running it. */
export const OPERATION_ROWS: readonly ChaosRow[] = [DRILL];
