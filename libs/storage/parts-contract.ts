import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContractSubject } from './contract-subject.js';
import type { ObjectStore } from './object-store.js';

const MIB = 1024 * 1024;

/** What every object store has to do with objects that come in parts. */
export function describeParts(started: () => ContractSubject): void {
  describe('an upload in parts', () => {
    let subject: ContractSubject;
    let store: ObjectStore;
    beforeAll(() => {
      subject = started();
      store = subject.store;
    });

    const key = 'w/parts/whole';
    async function read(at: string): Promise<Buffer> {
      return buffer((await store.get(at)).body);
    }

    const options = { contentType: 'audio/wav', partBytes: 5 * MIB };
    const contents = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1_000)] as const;

    async function putAll(at: string): Promise<string> {
      const uploadId = await store.beginParts(at, options);
      for (const number of [2, 3, 1]) await store.putPart(at, uploadId, number, contents[number - 1] ?? Buffer.alloc(0));
      return uploadId;
    }

    afterEach(async () => expect(await subject.unfinished()).toBe(0));

    it('becomes the object of its parts, in whatever order they came', async () => {
      const uploadId = await putAll(key);
      const parts = await store.parts(key, uploadId);
      expect(parts.map(({ number, bytes }) => [number, bytes])).toEqual([
        [1, 5 * MIB],
        [2, 5 * MIB],
        [3, 1_000],
      ]);
      expect(await store.head(key)).toBeNull();
      await store.completeParts(key, uploadId, parts);
      expect((await read(key)).equals(Buffer.concat(contents))).toBe(true);
      expect(await store.head(key)).toMatchObject({ bytes: 10 * MIB + 1_000, contentType: 'audio/wav' });
      if (subject.keepsCompletedParts === true) return;
      await expect(store.parts(key, uploadId)).rejects.toMatchObject({ code: 'parts_not_found' });
      await expect(store.putPart(key, uploadId, 1, contents[1])).rejects.toMatchObject({ code: 'parts_not_found' });
    });

    it('is completed twice with one outcome', async () => {
      const uploadId = await putAll('w/parts/twice');
      const parts = await store.parts('w/parts/twice', uploadId);
      await store.completeParts('w/parts/twice', uploadId, parts);
      await store.completeParts('w/parts/twice', uploadId, parts);
      expect(await store.head('w/parts/twice')).toMatchObject({ bytes: 10 * MIB + 1_000 });
    });

    it('takes the last of what is sent for one part, and tells by the tag', async () => {
      const uploadId = await store.beginParts(key, options);
      const first = await store.putPart(key, uploadId, 1, contents[0]);
      const second = await store.putPart(key, uploadId, 1, contents[2]);
      expect(second.etag).not.toBe(first.etag);
      expect(await store.parts(key, uploadId)).toEqual([second]);
      await expect(store.completeParts(key, uploadId, [first])).rejects.toMatchObject({ code: 'part_refused' });
      await store.completeParts(key, uploadId, [second]);
      expect((await read(key)).equals(contents[2])).toBe(true);
    });

    it.each([
      ['a part that never came', [1, 2]],
      ['the wrong order', [3, 1]],
    ])('is not completed with %s', async (_, numbers) => {
      const uploadId = await store.beginParts('w/parts/refused', options);
      for (const number of [1, 3]) await store.putPart('w/parts/refused', uploadId, number, contents[0]);
      const there = await store.parts('w/parts/refused', uploadId);
      const listed = numbers.map(
        (number) => there.find((part) => part.number === number) ?? { number, bytes: 5 * MIB, etag: '"x"' },
      );
      await expect(store.completeParts('w/parts/refused', uploadId, listed)).rejects.toMatchObject({ code: 'part_refused' });
      expect(await store.head('w/parts/refused')).toBeNull();
      await store.abortParts('w/parts/refused', uploadId);
    });

    it('is aborted, once and again', async () => {
      const uploadId = await putAll('w/parts/aborted');
      const parts = await store.parts('w/parts/aborted', uploadId);
      await store.abortParts('w/parts/aborted', uploadId);
      await store.abortParts('w/parts/aborted', uploadId);
      for (const gone of [uploadId, randomUUID(), '../../etc']) {
        await store.abortParts('w/parts/aborted', gone);
        await expect(store.parts('w/parts/aborted', gone)).rejects.toMatchObject({ code: 'parts_not_found' });
      }
      await expect(store.completeParts('w/parts/aborted', uploadId, parts)).rejects.toMatchObject({ code: 'parts_not_found' });
    });

    it('belongs to its key', async () => {
      const uploadId = await putAll('w/parts/mine');
      await expect(store.parts('w/parts/theirs', uploadId)).rejects.toMatchObject({ code: 'parts_not_found' });
      await store.abortParts('w/parts/mine', uploadId);
    });

    it('takes parts by URL, of their size and in their time', async () => {
      const uploadId = await store.beginParts(key, options);
      const url = (number: number, bytes: number, expiresSeconds = 60): Promise<string> =>
        store.partUrl(key, uploadId, number, { bytes, expiresSeconds });
      const [first, last, short] = await Promise.all([url(1, 5 * MIB), url(2, 1_000), url(1, 5 * MIB, 1)]);
      expect(await subject.putByUrl(first, contents[0])).toBeLessThan(300);
      expect(await subject.putByUrl(last, contents[2])).toBeLessThan(300);
      const parts = await store.parts(key, uploadId);
      expect(await subject.putByUrl(last, contents[2].subarray(1))).toBeGreaterThanOrEqual(400);
      expect(
        await subject.putByUrl(
          last.replace(/.(?=.{20}$)/, (letter) => (letter === '0' ? '1' : '0')),
          contents[2],
        ),
      ).toBeGreaterThanOrEqual(400);
      await delay(1_100);
      expect(await subject.putByUrl(short, contents[1])).toBeGreaterThanOrEqual(400);
      expect(await store.parts(key, uploadId)).toEqual(parts);
      await store.completeParts(key, uploadId, parts);
      expect((await read(key)).equals(Buffer.concat([contents[0], contents[2]]))).toBe(true);
      if (subject.keepsCompletedParts !== true) expect(await subject.putByUrl(last, contents[2])).toBe(404);
    });

    it('is swept when nobody completed it', async () => {
      await putAll('w/parts/left');
      expect(await store.removeUnfinished(new Date(Date.now() - 60_000))).toBe(0);
      expect(await store.removeUnfinished(new Date(Date.now() + 60_000))).toBe(1);
    });
  });
}
