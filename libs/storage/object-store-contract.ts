import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ContractSubject } from './contract-subject.js';
import type { ObjectStore, PutOptions } from './object-store.js';
import { describeParts } from './parts-contract.js';

const MIB = 1024 * 1024;

/** What every object store has to do. Run by the spec of each. */
export function describeObjectStore(name: string, start: () => Promise<ContractSubject>): void {
  describe(`${name} as an object store`, () => {
    jest.setTimeout(180_000);
    let subject: ContractSubject;
    let store: ObjectStore;
    let directory: string;

    beforeAll(async () => {
      subject = await start();
      store = subject.store;
      directory = await mkdtemp(join(tmpdir(), 'object-store-contract-'));
    });
    afterAll(async () => {
      await subject.stop();
      await rm(directory, { recursive: true, force: true });
    });

    function put(key: string, content: Buffer, options: Partial<PutOptions> = {}): Promise<{ bytes: number }> {
      return store.put(key, Readable.from([content]), { contentType: 'audio/wav', ...options });
    }

    async function read(key: string, span = {}): Promise<Buffer> {
      return buffer((await store.get(key, span)).body);
    }

    async function keysUnder(prefix: string): Promise<string[]> {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys.sort();
    }

    describe('put and get', () => {
      it('gives back the same bytes, type and size', async () => {
        const content = randomBytes(300_000);
        expect(await put('w/1/a.wav', content)).toEqual({ bytes: 300_000 });
        const { body, ...head } = await store.get('w/1/a.wav');
        expect((await buffer(body)).equals(content)).toBe(true);
        expect(head).toEqual({
          bytes: 300_000,
          totalBytes: 300_000,
          contentType: 'audio/wav',
          etag: expect.stringMatching(/^".+"$/),
        });
        expect(await store.head('w/1/a.wav')).toEqual({ bytes: 300_000, contentType: 'audio/wav', etag: head.etag });
      });

      it('takes a file, which may go then', async () => {
        const path = join(directory, 'file.wav');
        const content = randomBytes(300_000);
        await writeFile(path, content);
        await store.putFile('w/1/file.wav', path, { contentType: 'audio/wav' });
        await rm(path);
        expect((await read('w/1/file.wav')).equals(content)).toBe(true);
        expect(await store.head('w/1/file.wav')).toMatchObject({ bytes: 300_000, contentType: 'audio/wav' });
        await expect(store.putFile('w/1/none.wav', path, { contentType: 'audio/wav' })).rejects.toThrow();
        await writeFile(path, content);
        const signal = AbortSignal.abort(new Error('enough'));
        await expect(store.putFile('w/1/none.wav', path, { contentType: 'audio/wav', signal })).rejects.toThrow('enough');
        expect(await store.head('w/1/none.wav')).toBeNull();
        expect(await subject.unfinished()).toBe(0);
      });

      it('keeps an empty object', async () => {
        expect(await put('w/1/empty', Buffer.alloc(0))).toEqual({ bytes: 0 });
        expect(await read('w/1/empty')).toHaveLength(0);
        expect(await store.head('w/1/empty')).toMatchObject({ bytes: 0 });
      });

      it('keeps a key beside one that begins with it', async () => {
        await put('w/both', Buffer.from('file'));
        await put('w/both/below', Buffer.from('deeper'));
        expect((await read('w/both')).toString()).toBe('file');
        expect((await read('w/both/below')).toString()).toBe('deeper');
      });

      it('replaces an object, its type and its tag', async () => {
        await put('w/1/again', Buffer.from('first'));
        const before = await store.head('w/1/again');
        await put('w/1/again', Buffer.from('other'), { contentType: 'audio/ogg' });
        const after = await store.head('w/1/again');
        expect((await read('w/1/again')).toString()).toBe('other');
        expect(after).toMatchObject({ contentType: 'audio/ogg' });
        expect(after?.etag).not.toBe(before?.etag);
      });

      it.each([
        [{ start: 2, end: 4 }, '234'],
        [{ start: 7 }, '789'],
        [{ end: 1 }, '01'],
        [{ start: 8, end: 99 }, '89'],
        [{ start: 0, end: 0 }, '0'],
      ])('gives the span %j', async (span, expected) => {
        await put('w/span', Buffer.from('0123456789'));
        const { body, bytes, totalBytes } = await store.get('w/span', span);
        expect([(await buffer(body)).toString(), bytes, totalBytes]).toEqual([expected, expected.length, 10]);
      });

      it.each([{ start: 10 }, { start: 4, end: 2 }])('refuses the span %j', async (span) => {
        await put('w/span', Buffer.from('0123456789'));
        await expect(store.get('w/span', span)).rejects.toMatchObject({ code: 'range_not_satisfiable' });
      });

      it('says that an object is not there', async () => {
        await expect(store.get('w/none')).rejects.toMatchObject({ code: 'object_not_found', kind: 'not_found' });
        expect(await store.head('w/none')).toBeNull();
      });

      it('releases what a body holds when it is destroyed', async () => {
        await put('w/large', randomBytes(2 * MIB));
        for (let round = 0; round < 300; round++) (await store.get('w/large')).body.destroy();
        expect(await read('w/large', { start: 0, end: 9 })).toHaveLength(10);
      });

      it('ends a body with the signal', async () => {
        await put('w/large', randomBytes(2 * MIB));
        const { body } = await store.get('w/large', {}, AbortSignal.abort()).catch((error: unknown) => ({ body: error }));
        expect(body).toMatchObject({ name: 'AbortError' });
        const stop = new AbortController();
        const opened = await store.get('w/large', {}, stop.signal);
        stop.abort();
        await expect(buffer(opened.body)).rejects.toMatchObject({ name: 'AbortError' });
      });
    });

    describe('a put that fails', () => {
      /** Gives `bytes` and then never ends. */
      function endless(bytes: number): PassThrough {
        const source = new PassThrough({ highWaterMark: bytes + MIB });
        source.write(randomBytes(bytes));
        return source;
      }

      async function expectNothing(key: string): Promise<void> {
        expect(await store.head(key)).toBeNull();
        expect(await subject.unfinished()).toBe(0);
      }

      it.each([
        ['at once', 0],
        ['midway', 3 * MIB],
        ['after several parts', 13 * MIB],
      ])('leaves nothing when the source fails %s', async (when, bytes) => {
        const key = `w/failed/${bytes}`;
        const failure = new Error(`the source failed ${when}`);
        const source = endless(bytes + 1);
        const putting = store.put(key, source, { contentType: 'audio/wav' });
        await delay(bytes === 0 ? 0 : 150);
        source.destroy(failure);
        await expect(putting).rejects.toBe(failure);
        await expectNothing(key);
      });

      it('survives a source that failed before', async () => {
        const source = Readable.from(failing());
        await source.toArray().catch((error: unknown) => expect(error).toMatchObject({ message: 'no bytes' }));
        await expect(store.put('w/failed/early', source, { contentType: 'audio/wav' })).rejects.toThrow();
        await expectNothing('w/failed/early');
      });

      it.each([
        ['midway', 3 * MIB],
        ['after several parts', 13 * MIB],
      ])('leaves nothing when it is aborted %s, and ends the source', async (_, bytes) => {
        const key = `w/aborted/${bytes}`;
        const source = endless(bytes);
        const stop = new AbortController();
        const putting = store.put(key, source, { contentType: 'audio/wav', signal: stop.signal });
        await delay(150);
        stop.abort(new Error('the client went away'));
        await expect(putting).rejects.toThrow('the client went away');
        expect(source.destroyed).toBe(true);
        await expectNothing(key);
      });

      it('keeps the object that was there', async () => {
        await put('w/kept', Buffer.from('whole'));
        await expect(store.put('w/kept', Readable.from(failing()), { contentType: 'audio/wav' })).rejects.toThrow('no bytes');
        expect((await read('w/kept')).toString()).toBe('whole');
      });

      it('does not begin with a fired signal', async () => {
        const source = endless(10);
        await expect(
          store.put('w/late', source, { contentType: 'audio/wav', signal: AbortSignal.abort() }),
        ).rejects.toMatchObject({ name: 'AbortError' });
        expect(source.destroyed).toBe(true);
        await expectNothing('w/late');
      });
    });

    it('streams 96 MB without holding them', async () => {
      const chunk = randomBytes(64 * 1024);
      const hash = createHash('sha256');
      const rounds = 1_536;
      const live: number[] = [];
      function* content(): Iterable<Buffer> {
        for (let round = 0; round < rounds; round++) {
          if (round % 384 === 0) live.push(liveMemory());
          chunk.writeUInt32BE(round);
          hash.update(chunk);
          yield Buffer.from(chunk);
        }
      }
      const before = liveMemory();
      const { bytes } = await store.put('w/stream', Readable.from(content()), { contentType: 'audio/wav' });
      expect(bytes).toBe(rounds * chunk.length);
      expect((Math.max(...live) - before) / MIB).toBeLessThan(60);
      const read = createHash('sha256');
      for await (const part of (await store.get('w/stream')).body as AsyncIterable<Buffer>) read.update(part);
      expect(read.digest('hex')).toBe(hash.digest('hex'));
    });

    it('keeps one whole object when several write its key', async () => {
      const contents = [1, 2, 3, 4, 5].map((byte) => Buffer.alloc(200_000, byte));
      await Promise.all(contents.map((content) => put('w/raced', content)));
      const kept = await read('w/raced');
      expect(contents.some((content) => content.equals(kept))).toBe(true);
      expect(await subject.unfinished()).toBe(0);
    });

    describe('keys', () => {
      const odd = [
        '',
        '/a',
        'a/',
        'a//b',
        '..',
        'a/../b',
        './a',
        'a/.',
        'a\\b',
        'a b',
        'a\0b',
        'ä',
        'a@bytes',
        '~incoming/x',
        '%2e%2e/x',
        'x'.repeat(201),
        'abc/'.repeat(140) + 'x',
      ];

      it.each(odd)('refuses %j everywhere', async (key) => {
        const refused = { code: 'invalid_object_key' };
        const source = Readable.from([Buffer.from('x')]);
        await expect(store.put(key, source, { contentType: 'audio/wav' })).rejects.toMatchObject(refused);
        expect(source.destroyed).toBe(true);
        await expect(store.get(key)).rejects.toMatchObject(refused);
        await expect(store.head(key)).rejects.toMatchObject(refused);
        await expect(store.delete(key)).rejects.toMatchObject(refused);
        await expect(store.download(key, join(directory, 'odd'))).rejects.toMatchObject(refused);
        await expect(store.signedUrl(key, { expiresSeconds: 60 })).rejects.toMatchObject(refused);
      });

      it.each(['', '/', 'w', 'w/../', '../', 'w//'])('refuses to delete the prefix %j', async (prefix) => {
        await expect(store.deletePrefix(prefix)).rejects.toMatchObject({ code: 'invalid_object_key' });
      });

      it('takes the longest', async () => {
        const key = `${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(110)}`;
        await put(key, Buffer.from('long'));
        expect((await read(key)).toString()).toBe('long');
        await store.delete(key);
      });
    });

    describe('delete and list', () => {
      it('deletes once and again', async () => {
        await put('w/gone/x', Buffer.from('x'));
        await store.delete('w/gone/x');
        await store.delete('w/gone/x');
        expect(await store.head('w/gone/x')).toBeNull();
        expect(await keysUnder('w/gone/')).toEqual([]);
      });

      it('lists what lies under a prefix, and nothing beside it', async () => {
        await Promise.all(['p/1/a', 'p/1/b/c', 'p/10/a', 'p/1-x'].map((key) => put(key, Buffer.from('four'))));
        expect(await keysUnder('p/1/')).toEqual(['p/1/a', 'p/1/b/c']);
        expect(await keysUnder('p/')).toEqual(['p/1-x', 'p/1/a', 'p/1/b/c', 'p/10/a']);
        expect(await keysUnder('')).toEqual(expect.arrayContaining(['p/1-x', 'p/1/a']));
        expect(await keysUnder('nowhere/')).toEqual([]);
        for await (const object of store.list('p/10/')) {
          expect(object).toEqual({ key: 'p/10/a', bytes: 4, modifiedAt: expect.any(Date) });
          expect(Math.abs(object.modifiedAt.getTime() - Date.now())).toBeLessThan(60_000);
        }
      });

      it('deletes a prefix and not its neighbours, also when it is larger than a page', async () => {
        const keys = Array.from({ length: 1_050 }, (_, index) => `many/1/${index % 7}/${index}`);
        for (let at = 0; at < keys.length; at += 50)
          await Promise.all(keys.slice(at, at + 50).map((key) => put(key, Buffer.from('x'))));
        await put('many/10/kept', Buffer.from('x'));
        expect(await keysUnder('many/1/')).toHaveLength(1_050);
        await store.deletePrefix('many/1/');
        await store.deletePrefix('many/1/');
        expect(await keysUnder('many/')).toEqual(['many/10/kept']);
      });

      it('puts while neighbours are deleted', async () => {
        await Promise.all(
          Array.from({ length: 60 }, async (_, index) => {
            await put(`busy/d/${index % 3}/${index}`, Buffer.from('x'));
            await store.delete(`busy/d/${index % 3}/${index}`);
          }),
        );
        expect(await keysUnder('busy/')).toEqual([]);
      });
    });

    describe('download', () => {
      it('brings the object to a file, in place of what was there', async () => {
        const content = randomBytes(3 * MIB);
        const path = join(directory, randomUUID());
        await put('w/file', Buffer.from('older'));
        await store.download('w/file', path);
        await put('w/file', content);
        await store.download('w/file', path);
        expect((await readFile(path)).equals(content)).toBe(true);
        await store.delete('w/file');
        expect((await stat(path)).size).toBe(content.length);
      });

      it('takes only the object that was stored', async () => {
        const target = await mkdtemp(join(directory, 'intact-'));
        const content = randomBytes(MIB);
        const sha256 = createHash('sha256').update(content).digest('hex');
        await put('w/intact', content);
        await store.downloadIntact('w/intact', join(target, 'file'), sha256);
        expect((await readFile(join(target, 'file'))).equals(content)).toBe(true);
        await put('w/intact', randomBytes(MIB));
        await expect(store.downloadIntact('w/intact', join(target, 'other'), sha256)).rejects.toMatchObject({
          code: 'integrity',
        });
        expect(await readdir(target)).toEqual(['file']);
      });

      it('leaves no file when there is no object, or the signal fired', async () => {
        const target = await mkdtemp(join(directory, 'target-'));
        await expect(store.download('w/none', join(target, 'file'))).rejects.toMatchObject({ code: 'object_not_found' });
        await put('w/file', Buffer.from('x'));
        await expect(store.download('w/file', join(target, 'file'), AbortSignal.abort())).rejects.toMatchObject({
          name: 'AbortError',
        });
        expect(await readdir(target)).toEqual([]);
      });
    });

    describeParts(() => subject);

    it('signs URLs for no longer than seven days', async () => {
      await expect(store.signedUrl('w/1', { expiresSeconds: 604_801 })).rejects.toThrow(RangeError);
      await expect(store.signedUrl('w/1', { expiresSeconds: 0 })).rejects.toThrow(RangeError);
      expect(URL.canParse(await store.signedUrl('w/1', { expiresSeconds: 604_800 }))).toBe(true);
    });

    it('passes its own check', async () => {
      await store.checkStorage();
    });
  });
}

/** Bytes in use after a collection: unlike the resident size, it does not depend on when the engine last cleaned up. */
function liveMemory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  // Buffers are given back beside what goes on, and counted as given back when the next collection begins.
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function* failing(): AsyncIterable<Buffer> {
  await delay(1);
  throw new Error('no bytes');
  yield Buffer.alloc(0);
}
