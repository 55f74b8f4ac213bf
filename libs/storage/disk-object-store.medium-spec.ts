import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskObjectStore } from './disk-object-store.js';
import { describeObjectStore } from './object-store-contract.js';
import { FieldError, STATUS_OF_KIND } from '#errors';
import { ObjectLinks } from './object-links.js';

const links = new ObjectLinks('http://127.0.0.1:3000', 'a secret of thirty-two characters');

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describeObjectStore('DiskObjectStore', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'disk-object-store-'));
  const store = new DiskObjectStore(directory, links);
  return {
    store,
    unfinished: async () => (await filesIn(join(directory, '~incoming'))).length,
    putByUrl: (url, content) => putByUrl(store, url, content),
    stop: () => rm(directory, { recursive: true, force: true }),
  };
});

/** Puts a part as the route behind its URL does. */
async function putByUrl(store: DiskObjectStore, url: string, content: Buffer): Promise<number> {
  try {
    const link = links.readPart(url.split('/').at(-1) ?? '');
    await store.receivePart(link, content.length, Readable.from([content]));
    return 204;
  } catch (error) {
    if (error instanceof FieldError) return STATUS_OF_KIND[error.kind];
    throw error;
  }
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

  it('links a file that it is given instead of copying it', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'content');
    await store.putFile('linked', path, { contentType: 'audio/wav' });
    expect((await stat(path)).nlink).toBe(2);
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

  describe('an upload in parts', () => {
    const PART = Buffer.alloc(6_000, 'p');
    const incoming = (): string => join(directory, 'objects', '~incoming');

    async function begin(): Promise<string> {
      return store.beginParts('whole', { contentType: 'audio/wav', partBytes: PART.length });
    }

    it('knows the hash of the whole, as long as one process took all the parts', async () => {
      const whole = Buffer.concat([PART, Buffer.from('end')]);
      for (const other of [store, new DiskObjectStore(join(directory, 'objects'), links)]) {
        const uploadId = await begin();
        const parts = [
          await other.putPart('whole', uploadId, 1, PART),
          await store.putPart('whole', uploadId, 2, Buffer.from('end')),
        ];
        const { sha256 } = await store.completeParts('whole', uploadId, parts);
        expect(sha256).toBe(other === store ? createHash('sha256').update(whole).digest('hex') : null);
      }
    });

    it('is completed after the process died in the middle of completing it', async () => {
      const uploadId = await begin();
      const parts = [
        await store.putPart('whole', uploadId, 1, PART),
        await store.putPart('whole', uploadId, 2, Buffer.from('end')),
      ];
      // Renamed into place, and what was beside it not yet removed.
      await rename(join(incoming(), `${uploadId}@parts`, 'content'), join(directory, 'objects', 'whole@bytes'));
      await store.completeParts('whole', uploadId, parts);
      expect(await store.head('whole')).toMatchObject({ bytes: 6_003 });
      expect(await readdir(incoming())).toEqual([]);
    });

    it('counts a part no more that is being sent again', async () => {
      const uploadId = await begin();
      await store.putPart('whole', uploadId, 1, PART);
      const link = { key: 'whole', uploadId, number: 1, bytes: PART.length, expiresAt: 0 };
      async function* broken(): AsyncGenerator<Buffer> {
        yield PART.subarray(1);
        await Promise.resolve();
        throw new Error('the connection broke');
      }
      await expect(store.receivePart(link, PART.length, broken())).rejects.toThrow('the connection broke');
      expect(await store.parts('whole', uploadId)).toEqual([]);
    });

    it('keeps two that send one part apart, and does not complete meanwhile', async () => {
      const uploadId = await begin();
      const [first] = [await store.putPart('whole', uploadId, 1, PART)];
      const link = { key: 'whole', uploadId, number: 1, bytes: PART.length, expiresAt: 0 };
      const slow = new PassThrough();
      const sending = store.receivePart(link, PART.length, slow);
      while ((await store.parts('whole', uploadId)).length > 0) await new Promise(setImmediate);
      const busy = { code: 'part_refused', message: expect.stringContaining('Wait for its answer') };
      await expect(store.putPart('whole', uploadId, 1, PART)).rejects.toMatchObject(busy);
      await expect(store.completeParts('whole', uploadId, [first])).rejects.toMatchObject(busy);
      slow.end(PART);
      await store.completeParts('whole', uploadId, [await sending]);
    });
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
