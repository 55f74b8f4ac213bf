import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { DOUBLE_KEY } from '#testing/speech-doubles';
import type { Client } from './client.js';
import { type Collector, type SentSpan, startCollector } from './collector.js';
import { PROJECT } from './launcher.js';
import { shortRecording } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

/** Stands in every secret of this run, so that one search finds whatever leaked. */
const PLANTED = 'Planted7Secret';
const TOKEN = `${PLANTED}-of-the-figures`;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
/** Of the log's own line and of everything that may be said about people. */
const SPOKEN_WORDS = SPOKEN.split(' ').slice(0, 2).join(' ');

interface Alert {
  alert: string;
  annotations: Record<string, string>;
}

function read(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

describeWith(['postgres'], 'what an operator sees of a run', () => {
  let stack: Stack;
  let collector: Collector;
  let client: Client;

  beforeAll(async () => {
    collector = await startCollector();
    stack = await startStack({
      env: {
        // Every word there is to be read.
        LOG_LEVEL: 'trace',
        DATABASE_SLOW_STATEMENT_MS: '1',
        METRICS_TOKEN: TOKEN,
        GROQ_API_KEY: `gsk_${PLANTED}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${PLANTED}`,
      },
    });
    client = await stack.client();
    await work(client);
    await misbehave(client);
    await collector.until('transcription.assemble');
  }, 120_000);
  afterAll(async () => {
    await stack?.stop();
    await collector?.close();
  });

  /** A recording becomes a transcript, by order of somebody who traces. */
  async function work(by: Client): Promise<void> {
    const { id: audioId } = await by.upload(shortRecording(stack.files));
    const headers = { traceparent: `00-${TRACE_ID}-${CALLER}-01`, cookie: `session=${PLANTED}`, 'x-api-key': PLANTED };
    const wish = { audioId, reuse: false, prompt: `${PLANTED} ${SPOKEN}` };
    const ordered = (await (await by.send('POST', '/api/v1/transcriptions', wish, headers)).json()) as { id: string };
    await by.waitUntilFinished(ordered.id);
    by.accepted.add(ordered.id);
    await by.send('GET', `/api/v1/transcriptions/${ordered.id}/export?format=txt`);
    await by.send('GET', `/api/v1/audio/${audioId}/url`);
  }

  /** Everything that goes wrong with secrets in the wrong places. */
  async function misbehave(by: Client): Promise<void> {
    const password = `${PLANTED}-password`;
    const ownKey = `sk-${PLANTED}-key`;
    stack.provider.accept(DOUBLE_KEY, ownKey);
    await by.send('POST', '/api/v1/auth/login', { email: `${PLANTED}@example.com`, password });
    await by.send('POST', '/api/v1/auth/login', { email: { password }, password: [password], more: password });
    await by.send('GET', '/api/v1/auth/me', undefined, { authorization: `Bearer ${PLANTED}.a.b` });
    await by.send('GET', `/api/v1/audio?page=${PLANTED}&token=${PLANTED}`);
    await by.send('GET', `/objects/${PLANTED}`);
    await by.send('GET', `/nowhere/${PLANTED}?access_token=${PLANTED}`);
    await by.send('POST', '/api/v1/provider-keys', { provider: 'openai', name: 'Own', apiKey: ownKey });
    await by.send('POST', '/api/v1/provider-keys/validate', { provider: 'openai', apiKey: ownKey });
    await by.send('POST', '/api/v1/audio/import', { url: `https://user:${PLANTED}@127.0.0.1/a.wav?sig=${PLANTED}` });
    await by.send('GET', '/health/metrics', undefined, { authorization: `Bearer ${PLANTED}` });
    await fetch(`${stack.origin}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"password": "${PLANTED}`,
    });
    stack.provider.script({ mode: 'html' }, { mode: 'unauthorized' });
    const { id: audioId } = await by.upload(shortRecording(stack.files));
    const { id } = await by.order(audioId);
    await by.waitUntilFinished(id);
  }

  function logs(): string {
    return stack.processes.map((process) => process.output()).join('\n');
  }

  it.each([
    ['a secret, wherever it was sent', PLANTED],
    ['what was said', SPOKEN_WORDS],
    ['a session’s token', 'eyJ'],
    ['the installation’s key', DOUBLE_KEY],
  ])('its logs and traces hold no trace of %s', (_, text) => {
    const everything = `${logs()}\n${collector.bodies.join('\n')}`;
    const lines = everything.split('\n').filter((line) => line.includes(text));
    expect(lines.map((line) => line.slice(0, 400))).toEqual([]);
  });

  it('its logs name the slow statements with what they were for, and without values', () => {
    const slow = stack.processes
      .flatMap((process) => process.lines())
      .filter(({ message }) => message === 'A statement was slow');
    expect(slow.length).toBeGreaterThan(0);
    for (const { statement } of slow) expect(statement).toEqual(expect.any(String));
    expect(slow.some(({ route }) => route === 'POST /api/v1/auth/register')).toBe(true);
    expect(slow.some(({ job }) => String(job).startsWith('transcription.'))).toBe(true);
  });

  it('an order is one trace, from the caller to the provider', () => {
    const trace = collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
    const parentOf = (span: SentSpan): SentSpan | undefined => trace.find(({ spanId }) => spanId === span.parentSpanId);
    const request = one('POST /api/v1/transcriptions');
    expect([request.parentSpanId, request.service]).toEqual([CALLER, 'steno-api']);
    const chain = [
      'call openai',
      'transcription.transcribe-chunk',
      'owe transcription.transcribe-chunk',
      'transcription.prepare',
    ];
    let span = one('call openai');
    for (const name of [...chain, 'owe transcription.prepare', 'POST /api/v1/transcriptions']) {
      expect(span.name).toBe(name);
      if (name.startsWith('transcription.')) expect(span.service).toBe('steno-transcription-worker');
      span = parentOf(span) ?? span;
    }
    for (const where of ['outbox transcription.prepare', 'queue transcription.prepare']) {
      expect(parentOf(one(where))?.name).toBe('owe transcription.prepare');
    }

    function one(name: string): SentSpan {
      const found = trace.find((candidate) => candidate.name === name);
      if (found === undefined)
        throw new Error(`There is no ${name} among ${trace.map((candidate) => candidate.name).join(', ')}.`);
      return found;
    }
  });

  it('the collector gets its headers, and no span names a person or a workspace', () => {
    expect(collector.headers[0]).toMatchObject({ path: '/v1/traces', 'x-collector-key': PLANTED });
    expect(collector.bodies.join('')).not.toContain(client.email);
  });

  /** The figures of the API and of the worker, in this order. */
  async function figures(): Promise<[string, string]> {
    const ask = async (origin: string): Promise<string> =>
      (await fetch(`${origin}/health/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    return [await ask(stack.origin), await ask(await workersOrigin())];
  }

  async function workersOrigin(): Promise<string> {
    return `http://127.0.0.1:${String((await stack.workers[0]?.said('The health server listens'))?.['port'])}`;
  }

  it('both processes give figures to whoever has the token', async () => {
    for (const origin of [stack.origin, await workersOrigin()])
      expect((await fetch(`${origin}/health/metrics`)).status).toBe(401);
    const [api, worker] = await figures();
    expect(api).toMatch(/^steno_recordings_total\{container="\w+"\} 2$/m);
    expect(worker).toMatch(/^steno_job_duration_seconds_count\{queue="transcription.prepare",outcome="done"\} 2$/m);
    expect(worker).toMatch(
      /^steno_provider_calls_total\{provider="openai",model="whisper-1",key="installation",outcome="answered"\} 1$/m,
    );
    expect(worker).toMatch(/^steno_provider_calls_total\{.*key="workspace",outcome="auth"\} 1$/m);
    expect(worker).toMatch(/^steno_provider_cost_dollars_total\{.+\} 0\.\d+$/m);
    expect(api + worker).not.toMatch(new RegExp(`${PLANTED}|${client.email}|[0-9a-f]{8}-[0-9a-f]{4}`));
  });

  it('dashboard and alerts name figures that there are, and the documentation names all', async () => {
    const exposed = (await figures()).flatMap((text) => [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]);
    const types = new Map(exposed.map(([, name = '', type = '']) => [name, type]));
    for (const file of ['grafana-dashboard.json', 'alerts.yml']) {
      const named = new Set(read(`docker/observability/${file}`).match(/\b(?:steno|nodejs|process)_[a-z0-9_]+/g));
      expect(named.size).toBeGreaterThan(10);
      expect(
        [...named].filter((name) => !types.has(name) && types.get(name.replace(/_(bucket|count|sum)$/, '')) !== 'histogram'),
      ).toEqual([]);
    }
    const documented = read('docs/observability.md').match(/(?<=^\| `)steno_\w+/gm) ?? [];
    expect([...documented].sort()).toEqual([...types.keys()].filter((name) => name.startsWith('steno_')).sort());
  });

  it('every alert says what to do', () => {
    const { groups } = parse(read('docker/observability/alerts.yml')) as { groups: { rules: Alert[] }[] };
    const alerts = groups.flatMap(({ rules }) => rules);
    expect(alerts.length).toBeGreaterThan(10);
    for (const { alert, annotations } of alerts) {
      expect([alert, annotations]).toEqual([
        alert,
        { summary: expect.any(String), action: expect.stringMatching(/^[A-Z].{20,}\.$/) },
      ]);
      expect(read('docs/observability.md')).toContain(`| ${alert} `);
    }
  });

  it('a worker says in detail how it does', async () => {
    const origin = await workersOrigin();
    const ask = async (path: string): Promise<unknown> =>
      (await fetch(origin + path, { headers: { authorization: `Bearer ${TOKEN}` } })).json();
    expect(await ask('/health')).toMatchObject({ status: 'ok', app: 'transcription-worker' });
    expect(await ask('/health?detailed=true')).toMatchObject({ checks: { database: { ok: true } }, workers: 1 });
    expect(await ask('/health/providers')).toMatchObject({
      providers: expect.arrayContaining([expect.objectContaining({ id: 'openai' })]),
    });
    expect(await ask(`/${randomUUID()}`)).toMatchObject({ detail: expect.stringContaining('/health/metrics') });
  });
});
