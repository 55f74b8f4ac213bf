import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { v7 as uuidv7 } from 'uuid';
import { makeApiKey, makeAudio, makeMembership, makeTranscription } from '#testing/factories';
import { buildOpenApiDocument } from '../src/openapi.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  permission?: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function routesOf(document: OpenAPIObject): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method.toLowerCase() as Lowercase<typeof method>] as { 'x-permission'?: string } | undefined;
      return operation === undefined ? [] : [{ method, path, permission: operation['x-permission'] }];
    }),
  );
}

const routes = routesOf(await buildOpenApiDocument());
const guarded = routes.filter(({ permission }) => permission !== undefined);
const ofOneThing = guarded.filter(({ path }) => path.includes('{'));
const named = (some: Route[]) => some.map((route) => [`${route.method} ${route.path}`, route] as const);

let api: TestApi;
let ours: SignedInUser;
let theirs: SignedInUser;
/** A thing of the other workspace, by the first word of the path. */
let theirThings: Record<string, string>;

beforeAll(async () => {
  api = await startTestApi();
  [ours, theirs] = await Promise.all([api.register(), api.register()]);
  const audio = await makeAudio(api.database, theirs.workspaceId);
  const transcription = await makeTranscription(api.database, theirs.workspaceId, {
    audioId: audio.id,
    status: 'completed',
    stage: 'assemble',
    text: 'their secret',
  });
  const key = await makeApiKey(api.database, { ...theirs, name: 'their secret' });
  theirThings = { audio: audio.id, transcriptions: transcription.id, 'api-keys': key.id };
});
afterAll(() => api.stop());

async function ask({ method, path }: Route, id: string, headers: Record<string, string> = ours.headers) {
  return api.app.inject({ method, url: path.replaceAll(/\{\w+\}/g, id), headers });
}

function thingOf({ path }: Route): string {
  const id = theirThings[path.split('/')[3] ?? ''];
  if (id === undefined) throw new Error(`Make a thing of the other workspace for ${path} above.`);
  return id;
}

/** When the relay rang for a job is left out: it rings whatever the requests do. */
async function allRows(): Promise<object[]> {
  return api.database.asSystem((tx) =>
    tx.query(`SELECT 'audio' AS t, to_jsonb(a) AS row FROM audio a
      UNION ALL SELECT 'transcriptions', to_jsonb(t) FROM transcriptions t
      UNION ALL SELECT 'api_keys', to_jsonb(k) FROM api_keys k
      UNION ALL SELECT 'jobs', to_jsonb(j) - 'rung_at' FROM jobs j`),
  );
}

describe("another workspace's", () => {
  it.each(named(ofOneThing))('things do not exist for %s, which changes nothing', async (_, route) => {
    const before = await allRows();
    const unknown = uuidv7();
    const [foreign, random] = [await ask(route, thingOf(route)), await ask(route, unknown)];
    expect(foreign.statusCode).toBe(404);
    const comparable = (body: Record<string, unknown>) => ({ ...body, requestId: '', instance: '' });
    expect(comparable(foreign.json())).toEqual(comparable(random.json()));
    expect(foreign.body).not.toContain('their secret');
    expect(await allRows()).toEqual(before);
  });

  it.each(named(ofOneThing.filter(({ method, path }) => method === 'GET' && !path.endsWith('/download'))))(
    'owner gets them by %s',
    async (_, route) => {
      expect((await ask(route, thingOf(route), theirs.headers)).statusCode).toBe(200);
    },
  );

  it('recordings cannot be transcribed or asked for by their id', async () => {
    const order = (audioId: string) =>
      api.app.inject({ method: 'POST', url: '/api/v1/transcriptions', headers: ours.headers, payload: { audioId } });
    const [foreign, random] = [await order(theirThings['audio'] ?? ''), await order(uuidv7())];
    expect(foreign.json()).toMatchObject({ status: 404, code: 'audio_not_found' });
    expect({ ...foreign.json<object>(), requestId: '' }).toEqual({ ...random.json<object>(), requestId: '' });
    const list = await api.app.inject({
      method: 'GET',
      url: `/api/v1/transcriptions?audioId=${theirThings['audio']}`,
      headers: ours.headers,
    });
    expect(list.json()).toMatchObject({ data: [], total: 0 });
  });

  it.each(['audio', 'transcriptions', 'api-keys'])('%s are in no list and no count', async (path) => {
    const list = await api.app.inject({ method: 'GET', url: `/api/v1/${path}`, headers: ours.headers });
    expect(list.json()).toMatchObject({ data: [], total: 0, totalPages: 0, nextCursor: null });
  });
});

describe('ids that are none', () => {
  it.each(named(ofOneThing))('are malformed for %s', async (_, route) => {
    expect((await ask(route, '1%20OR%201=1')).json()).toMatchObject({ status: 400, code: 'malformed_request' });
  });
});

describe('access', () => {
  it.each(named(guarded))('%s wants a token', async (_, route) => {
    expect((await ask(route, uuidv7(), {})).json()).toMatchObject({ status: 401, code: 'authentication_required' });
  });

  it('is open for signing in, probes and signed links alone', () => {
    const open = routes.filter(({ permission }) => permission === undefined).map(({ path }) => path);
    expect(open.sort()).toEqual([
      '/api/v1/auth/login',
      '/api/v1/auth/refresh',
      '/api/v1/auth/register',
      '/live',
      '/objects/{token}',
      '/ready',
    ]);
  });

  it.each(named(guarded.filter(({ permission }) => permission?.endsWith(':write'))))(
    '%s is not for viewers',
    async (_, route) => {
      const viewer = await api.register();
      await makeMembership(api.database, theirs.workspaceId, viewer.userId, 'viewer');
      const headers = { ...viewer.headers, 'x-workspace-id': theirs.workspaceId };
      const before = await allRows();
      expect((await ask(route, route.path.includes('{') ? thingOf(route) : '', headers)).json()).toMatchObject({
        status: 403,
        code: 'permission_denied',
        detail: expect.stringMatching(new RegExp(`${route.permission}.*viewer`)),
      });
      expect(await allRows()).toEqual(before);
      const list = await api.app.inject({ method: 'GET', url: '/api/v1/audio', headers });
      expect(list.json()).toMatchObject({ total: 1 });
    },
  );
});
