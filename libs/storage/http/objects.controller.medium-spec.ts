import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArgumentsHost, Catch, type ExceptionFilter, VersioningType } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { ConfigModule } from '#config';
import { FieldError, STATUS_OF_KIND } from '#errors';
import { ObservabilityModule } from '#observability';
import { type ObjectLinks, ObjectStore, type SignedUrlOptions, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { ObjectLinks as Links } from '../object-links.js';
import { StorageHttpModule } from './index.js';

/** Stands in for the filter of the API. */
@Catch(FieldError)
class FieldErrorFilter implements ExceptionFilter<FieldError> {
  catch(error: FieldError, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().code(STATUS_OF_KIND[error.kind]).send({ code: error.code });
  }
}

describe('GET /objects/:token', () => {
  const content = randomBytes(1_000_000);
  const key = 'workspaces/0199c1f0-0000-7000-8000-000000000000/audio/0199c1f0-0000-7000-8000-000000000001/original';
  let home: string;
  let app: NestFastifyApplication;
  let store: ObjectStore;
  let origin: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'objects-controller-'));
    const config = testConfig({ STENO_HOME: home });
    const observability = ObservabilityModule.with({ app: 'api', level: 'silent' });
    const imports = [ConfigModule.with(config), observability, StorageModule.forConfig(), StorageHttpModule];
    const testing = await Test.createTestingModule({ imports }).compile();
    app = testing.createNestApplication<NestFastifyApplication>(
      new FastifyAdapter({ routerOptions: { maxParamLength: 2_048 } }),
      { logger: false },
    );
    app.setGlobalPrefix('api', { exclude: ['objects/:token'] });
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    app.useGlobalFilters(new FieldErrorFilter());
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
    store = app.get(ObjectStore);
    await store.put(key, Readable.from([content]), { contentType: 'audio/wav' });
    await store.put('empty', Readable.from([]), { contentType: 'audio/wav' });
  });
  afterAll(async () => {
    await app.close();
    await rm(home, { recursive: true, force: true });
  });

  async function link(options: Partial<SignedUrlOptions> = {}, of = key): Promise<string> {
    const { pathname } = new URL(await store.signedUrl(of, { expiresSeconds: 60, ...options }));
    return origin + pathname;
  }

  it('sends the object as a file that no browser runs', async () => {
    const answer = await fetch(await link({ fileName: 'Größe.wav', contentType: 'text/html' }));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '1000000',
      'content-type': 'text/html',
      'content-disposition': `attachment; filename="Gr__e.wav"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.wav`,
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      etag: expect.stringMatching(/^".+"$/),
    });
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=999990-', 999_990, 999_999],
    ['bytes=-10', 999_990, 999_999],
  ])('sends the range %s', async (range, start, end) => {
    const answer = await fetch(await link(), { headers: { range } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${start}-${end}/1000000`]);
    expect(answer.headers.get('content-length')).toBe(String(end - start + 1));
    expect(Buffer.from(await answer.arrayBuffer()).equals(content.subarray(start, end + 1))).toBe(true);
  });

  it('refuses a range outside', async () => {
    const answer = await fetch(await link(), { headers: { range: 'bytes=1000000-' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */1000000']);
    expect(answer.headers.has('content-disposition')).toBe(false);
    expect(await answer.json()).toEqual({ code: 'range_not_satisfiable' });
  });

  it('sends an empty object', async () => {
    const answer = await fetch(await link({}, 'empty'));
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', '']);
  });

  it('honours If-None-Match and If-Range', async () => {
    const url = await link();
    const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': `"other", W/${etag}` } })).status).toBe(304);
    expect((await fetch(url, { headers: { 'if-none-match': '"other"', range: 'bytes=0-0' } })).status).toBe(206);
    expect((await fetch(url, { headers: { 'if-range': etag, range: 'bytes=0-0' } })).status).toBe(206);
    expect((await fetch(url, { headers: { 'if-range': '"other"', range: 'bytes=0-0' } })).status).toBe(200);
  });

  it('answers HEAD without a body', async () => {
    const answer = await fetch(await link(), { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '1000000', '']);
  });

  it('refuses tampered and expired links, and objects that are gone', async () => {
    const url = await link();
    const expired = app.get<ObjectLinks>(Links).url(key, { expiresSeconds: 1 });
    expect(await statusAndCode(`${url.slice(0, -4)}AAAA`)).toEqual([403, 'link_invalid']);
    expect(await statusAndCode(`${origin}/objects/x`)).toEqual([403, 'link_invalid']);
    expect(await statusAndCode(await link({}, 'none'))).toEqual([404, 'object_not_found']);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await statusAndCode(origin + new URL(expired).pathname)).toEqual([410, 'link_expired']);
  });

  async function statusAndCode(url: string): Promise<[number, unknown]> {
    const answer = await fetch(url);
    const { code } = (await answer.json()) as { code: unknown };
    return [answer.status, code];
  }
});
