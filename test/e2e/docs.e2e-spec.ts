import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DOUBLE_KEY } from '#testing/speech-doubles';
import { Client } from './client.js';
import { PROJECT } from './launcher.js';
import { MEETING } from './recordings.js';
import { describeWith } from './requirements.js';
import { type Stack, startStack } from './stack.js';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { 'x-codeSamples'?: { lang: string; source: string }[] }>>;
}

const run = promisify(execFile);

/** What a person pastes first and last: an account before its login; what others need is deleted, and the session ended, at the end. */
const FIRST = ['/api/v1/auth/register', '/api/v1/auth/login'];
const LAST = [
  'delete /api/v1/workspaces/{id}/invitations/{invitationId}',
  'delete /api/v1/workspaces/{id}/members/{userId}',
  'delete /api/v1/workspaces/{id}',
  'post /api/v1/workspaces/{id}/restore',
  'post /api/v1/workspaces/{id}/transfer-ownership',
  'delete /api/v1/api-keys/{id}',
  'delete /api/v1/transcriptions/{id}',
  'delete /api/v1/audio/{id}',
  'post /api/v1/auth/change-password',
  'delete /api/v1/provider-keys/{id}',
  'delete /api/v1/webhooks/{id}',
  'post /api/v1/auth/refresh',
  'post /api/v1/auth/logout',
  'delete /api/v1/auth/account',
];
/** Of the examples. */
const PASSWORD = 'a long sentence is a good password';
/** Whoever pastes these has a letter, or a provider to come from; here they are refused for want of one. */
const REFUSED_HERE: Record<string, RegExp> = {
  'post /api/v1/auth/verify-email': /\n422$/,
  'post /api/v1/auth/reset-password': /\n422$/,
  'post /api/v1/invitations/accept': /"invitation_not_found".*\n404$/s,
  'get /api/v1/auth/{provider}/login': /"provider_unknown".*\n404$/s,
  'get /api/v1/auth/{provider}/callback': /"provider_unknown".*\n404$/s,
  'post /api/v1/auth/exchange': /"sign_in_code_invalid".*\n401$/s,
  'post /api/v1/integrations/clerk/webhook': /"webhook_refused".*\n401$/s,
  'put /objects/parts/{token}': /"link_invalid".*\n403$/s,
  'post /api/v1/audio/{id}/second-track': /"same_recording".*\n422$/s,
  // A client that speaks tus says so.
  'post /api/v1/uploads/resumable': /"resumable_version_unsupported".*\n412$/s,
  'patch /api/v1/uploads/resumable/{id}': /\n4(04|12)$/,
  'delete /api/v1/uploads/resumable/{id}': /\n4(04|12)$/,
  // The example before has called the upload off.
  'post /api/v1/uploads/{id}/parts': /"upload_over".*\n409$/s,
  'post /api/v1/uploads/{id}/complete': /"upload_over".*\n409$/s,
  'post /api/v1/transcriptions/{id}/cancel': /"transcription_finished".*\n409$/s,
  'post /api/v1/transcriptions/{id}/retry': /"transcription_not_retryable".*\n409$/s,
  'get /api/v1/meetings/transcription/status': /"permission_denied".*\n403$/s,
  'post /api/v1/meetings/transcription/start-background': /"permission_denied".*\n403$/s,
  'post /api/v1/meetings/transcription/restart-background': /"permission_denied".*\n403$/s,
  'post /api/v1/meetings/transcription/process-all': /"permission_denied".*\n403$/s,
};

function rankOf(method: string, path: string): number {
  const first = FIRST.indexOf(path);
  return first >= 0 ? first - FIRST.length : LAST.indexOf(`${method} ${path}`) + 1;
}

describeWith(['postgres'], 'the documentation', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.stop());

  it.each([
    ['/api/docs', /swagger-ui/],
    ['/api/redoc', /<redoc spec-url="\/api\/openapi\.json">/],
  ])('%s is a page whose scripts are served here', async (path, content) => {
    const response = await fetch(stack.origin + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self'/);
    const page = await response.text();
    expect(page).toMatch(content);
    const scripts = [...page.matchAll(/<script[^>]* src="([^"]+)"/g)].map(
      ([, source = '']) => new URL(source, response.url).href,
    );
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect(script.startsWith(stack.origin)).toBe(true);
      const served = await fetch(script);
      expect(served.status).toBe(200);
      expect(served.headers.get('content-type')).toMatch(/javascript/);
      await served.arrayBuffer();
    }
  });

  it('/api/openapi.json describes the routes', async () => {
    const response = await fetch(`${stack.origin}/api/openapi.json`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const { openapi, paths } = (await response.json()) as OpenApi;
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/v1/auth/register', '/api/v1/audio/upload', '/api/v1/transcriptions/{id}/export', '/ready']),
    );
  });

  it('every route it names is there', async () => {
    const { paths } = (await (await fetch(`${stack.origin}/api/openapi.json`)).json()) as OpenApi;
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        const url = stack.origin + path.replace(/\{\w+\}/g, '019aa3a1-2b3c-7d4e-8f50-617283940a1b');
        const response = await fetch(url, { method: method.toUpperCase() });
        const body = await response.text();
        expect([method, path, body.includes('route_not_found')]).toEqual([method, path, false]);
      }
    }
  });

  it('every curl example works when it is pasted', async () => {
    const { paths } = (await (await fetch(`${stack.origin}/api/openapi.json`)).json()) as OpenApi;
    const client = await new Client(stack.origin, PASSWORD).register();
    const signIn = async (): Promise<string> =>
      (await client.json<{ accessToken: string }>('POST', '/api/v1/auth/login', { email: client.email, password: PASSWORD }))
        .accessToken;
    await signIn();
    // As an invitation that was accepted would do it.
    const joined = async (workspaceId: string): Promise<string> => {
      const { email } = await new Client(stack.origin, PASSWORD).register();
      const [row] = await stack.query<{ id: string }>(
        `INSERT INTO memberships (workspace_id, user_id, role) SELECT $1, id, 'member' FROM users WHERE email = $2
         RETURNING user_id AS id`,
        [workspaceId, email],
      );
      return row?.id ?? '';
    };
    // As if its host were there.
    const deliveredTo = async (webhookId: string): Promise<string> => {
      const [row] = await stack.query<{ id: string }>(
        `WITH event AS (
           INSERT INTO webhook_events (id, workspace_id, type, subject_id, sequence, facts)
           SELECT gen_random_uuid(), workspace_id, 'quota.warning', id, 1, '{}' FROM webhook_endpoints WHERE id = $1
           RETURNING id, workspace_id)
         INSERT INTO webhook_deliveries (id, workspace_id, endpoint_id, event_id, status)
         SELECT gen_random_uuid(), workspace_id, $1, id, 'delivered' FROM event RETURNING id`,
        [webhookId],
      );
      return row?.id ?? '';
    };
    const sessions = await client.json<{ data: { id: string }[] }>('GET', '/api/v1/auth/sessions');
    const recording = await client.upload(MEETING);
    const { id } = await client.order(recording.id);
    await client.waitUntilFinished(id);
    const { url } = await client.json<{ url: string }>('GET', `/api/v1/audio/${recording.id}/url`);
    const key = await client.json<{ id: string }>('POST', '/api/v1/api-keys', { name: 'Try out', scopes: ['read'] });
    const own = { provider: 'openai', name: 'Own', apiKey: DOUBLE_KEY };
    const providerKey = await client.json<{ id: string }>('POST', '/api/v1/provider-keys', own);
    const workspace = await client.json<{ id: string }>('POST', '/api/v1/workspaces', { name: 'Our team' });
    const [member, heir] = [await joined(workspace.id), await joined(workspace.id)];
    const invitation = await client.json<{ id: string }>('POST', `/api/v1/workspaces/${workspace.id}/invitations`, {
      email: 'lovelace@example.com',
      role: 'member',
    });
    const upload = await client.json<{ id: string }>('POST', '/api/v1/uploads', { name: 'meeting.wav', bytes: 25_000_000 });
    const endpoint = { name: 'Archive', url: 'https://hooks.example.com/steno' };
    const webhook = await client.json<{ id: string }>('POST', '/api/v1/webhooks', endpoint);
    const delivery = await deliveredTo(webhook.id);
    const env = {
      PATH: process.env.PATH,
      STENO_URL: stack.origin,
      TOKEN: client.token,
      REFRESH_TOKEN: client.refreshToken,
      SESSION_ID: sessions.data[0]?.id,
      LETTER_TOKEN: '3q2-7wEhQ0m8b1yqvXk5cT9dRfGhJkLmNpQrStUvWxY',
      AUDIO_ID: recording.id,
      TRANSCRIPTION_ID: id,
      UPLOAD_ID: upload.id,
      API_KEY_ID: key.id,
      WORKSPACE_ID: workspace.id,
      INVITATION_ID: invitation.id,
      MEMBER_ID: member,
      HEIR_ID: heir,
      OPENAI_API_KEY: DOUBLE_KEY,
      PROVIDER_KEY_ID: providerKey.id,
      WEBHOOK_ID: webhook.id,
      DELIVERY_ID: delivery,
      LINK_TOKEN: new URL(url).pathname.split('/').at(-1),
    };
    const cwd = stack.files;
    symlinkSync(join(PROJECT, 'samples'), join(cwd, 'samples'));
    const samples = Object.entries(paths)
      .flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, operation]) =>
          (operation['x-codeSamples'] ?? []).map(({ source }) => ({
            name: `${method} ${path}`,
            rank: rankOf(method, path),
            source,
          })),
        ),
      )
      .toSorted((a, b) => a.rank - b.rank);
    expect(samples.length).toBeGreaterThan(15);
    const failed: string[] = [];
    for (const { name, source } of samples) {
      // The session has ended by then, and nobody else owns the workspace that an example made.
      if (name === 'delete /api/v1/auth/account') {
        env.TOKEN = await signIn();
        await stack.query(`UPDATE workspaces SET deleted_at = now() WHERE kind = 'team' AND id <> $1`, [workspace.id]);
      }
      const { stdout } = await run('sh', ['-c', `${source} --silent --show-error --write-out '\\n%{http_code}'`], {
        cwd,
        env,
        encoding: 'latin1',
        maxBuffer: 10_000_000,
      });
      const expected = REFUSED_HERE[name] ?? /\n2\d\d$/;
      if (!expected.test(stdout)) failed.push(`${source}\n${stdout.slice(-500)}`);
    }
    expect(failed).toEqual([]);
  });
});
