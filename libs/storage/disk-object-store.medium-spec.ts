import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskObjectStore } from './disk-object-store.js';
import { describeObjectStore } from './object-store-contract.js';
import { FieldError, STATUS_OF_KIND } from '#errors';
import { PartsController } from './http/parts.controller.js';
import { ObjectLinks } from './object-links.js';
import { ObjectStore } from './object-store.js';

const links = new ObjectLinks('http://127.0.0.1:3000', 'a secret of thirty-two characters');

/** Stands in for the filter of the API. */
@Catch(FieldError)
class FieldErrorFilter implements ExceptionFilter<FieldError> {
  catch(error: FieldError, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().code(STATUS_OF_KIND[error.kind]).send({ code: error.code });
  }
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describeObjectStore('DiskObjectStore', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'disk-object-store-'));
  const store = new DiskObjectStore(directory, links);
  const api = await startPartsApi(store);
  return {
    store,
    unfinished: async () => (await filesIn(join(directory, '~incoming'))).length,
    putByUrl: api.put,
    stop: async () => {
      await api.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});

/** The route behind the URLs of parts, on a server of its own. */
async function startPartsApi(store: DiskObjectStore): Promise<{
  put: (url: string, content: Buffer) => Promise<number>;
  stop: () => Promise<void>;
}> {
  const testing = await Test.createTestingModule({
    controllers: [PartsController],
    providers: [
      { provide: ObjectStore, useValue: store },
      { provide: ObjectLinks, useValue: links },
    ],
  }).compile();
  const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 2_048 } });
  const app = testing.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser('*', (_request, _body, done) => done(null));
  app.enableVersioning();
  app.useGlobalFilters(new FieldErrorFilter());
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  return {
    put: async (url, content) => {
      const { pathname } = new URL(url);
      return (await fetch(origin + pathname, { method: 'PUT', body: new Uint8Array(content) })).status;
    },
    stop: () => app.close(),
  };
}

describe('DiskObjectStore', () => {
  let directory: string;
  let store: DiskObjectStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'disk-object-store-'));
    store = new DiskObjectStore(join(directory, 'objects'), links);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function put(key: string, content: string): Promise<{ bytes: number }> {
    return store.put(key, Readable.from([Buffer.from(content)]), { contentType: 'audio/wav' });
  }

  it('leaves no directories and no files behind', async () => {
    await put('a/b/c/d', 'x');
    await put('a/b/other', 'x');
    await store.delete('a/b/c/d');
    expect(await readdir(join(directory, 'objects', 'a', 'b'))).toEqual(['other@bytes', 'other@type']);
    await store.deletePrefix('a/b/');
    expect(await readdir(join(directory, 'objects'))).toEqual(['~incoming']);
    expect(await filesIn(directory)).toEqual([]);
  });

  it('links a download instead of copying it', async () => {
    await put('linked', 'content');
    await store.download('linked', join(directory, 'file'));
    expect((await stat(join(directory, 'file'))).nlink).toBe(2);
  });

  it('gives a reader the object it opened, though it is replaced and deleted meanwhile', async () => {
    await put('read', 'the old content');
    const { body } = await store.get('read');
    await put('read', 'new');
    await store.delete('read');
    expect((await body.toArray()).join('')).toBe('the old content');
  });

  it('fails a body whose file was cut off under it', async () => {
    await put('cut', 'x'.repeat(2_000_000));
    const { body } = await store.get('cut');
    await writeFile(join(directory, 'objects', 'cut@bytes'), 'short');
    await expect(body.toArray()).rejects.toMatchObject({ code: 'object_truncated' });
  });

  it('removes what killed processes left, and nothing younger', async () => {
    await put('kept', 'x');
    const incoming = join(directory, 'objects', '~incoming');
    for (const name of ['old@bytes', 'old@type', 'young@bytes']) await writeFile(join(incoming, name), 'part');
    for (const name of ['old@bytes', 'old@type']) await utimes(join(incoming, name), 1, 1);
    expect(await store.removeUnfinished(new Date(Date.now() - 60_000))).toBe(1);
    expect(await readdir(incoming)).toEqual(['young@bytes']);
    expect(await store.head('kept')).toMatchObject({ bytes: 1 });
  });

  it('says that its directory cannot be used', async () => {
    await writeFile(join(directory, 'a file'), '');
    const blocked = new DiskObjectStore(join(directory, 'a file', 'objects'), links);
    const refused = { code: 'storage_misconfigured', message: expect.stringContaining('STENO_HOME/objects') };
    await expect(blocked.checkStorage()).rejects.toMatchObject(refused);
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it.skip : it)('says that it may not write', async () => {
    await mkdir(join(directory, 'objects'));
    await chmod(join(directory, 'objects'), 0o500);
    await expect(store.checkStorage()).rejects.toMatchObject({ code: 'storage_misconfigured' });
    await expect(put('a', 'x')).rejects.toMatchObject({ code: 'storage_misconfigured' });
  });
});
