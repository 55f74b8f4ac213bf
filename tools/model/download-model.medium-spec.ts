import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '../refusal.ts';
import { downloadModel } from './download-model.ts';

const MODEL = randomBytes(300_000);
const SUMS = { tiny: createHash('sha1').update(MODEL).digest('hex') };

describe('npm run model', () => {
  let folder: string;
  let server: Server;
  let baseUrl: string;
  let ranges: (string | undefined)[];
  /** What the server sends, and after how many bytes it hangs up. */
  let served: { bytes: Buffer; hangUpAfter?: number };
  const said: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steno-model-'));
    ranges = [];
    said.length = 0;
    served = { bytes: MODEL };
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      if (request.url !== '/ggml-tiny.bin') return response.writeHead(404).end();
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (from >= served.bytes.length) return response.writeHead(416).end();
      const rest = served.bytes.subarray(from);
      response.writeHead(from === 0 ? 200 : 206, { 'content-length': String(rest.length) });
      if (served.hangUpAfter === undefined) return response.end(rest);
      return response.write(rest.subarray(0, served.hangUpAfter), () => setTimeout(() => response.destroy(), 50));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const fetchTiny = (more: Partial<Parameters<typeof downloadModel>[0]> = {}) =>
    downloadModel({
      name: 'tiny',
      folder: join(folder, 'models'),
      baseUrl,
      sums: SUMS,
      say: (line) => void said.push(line),
      ...more,
    });

  it('downloads, checks and puts the model where the local engine looks', async () => {
    const file = await fetchTiny();
    expect(file).toBe(join(folder, 'models', 'ggml-tiny.bin'));
    expect((await readFile(file)).equals(MODEL)).toBe(true);
    expect(said).toContain('100 %');
  });

  it('does nothing when it is there already', async () => {
    await fetchTiny();
    await fetchTiny();
    expect(ranges).toHaveLength(1);
  });

  it('goes on where a broken download stopped', async () => {
    served.hangUpAfter = 100_000;
    await expect(fetchTiny()).rejects.toThrow(/broke off.*run the command again/);
    served.hangUpAfter = undefined;
    const kept = (await stat(join(folder, 'models', 'ggml-tiny.bin.part'))).size;
    expect(kept).toBeGreaterThan(0);
    expect((await readFile(await fetchTiny())).equals(MODEL)).toBe(true);
    expect(ranges.at(-1)).toBe(`bytes=${kept}-`);
  });

  it('throws away what is not the published file', async () => {
    served.bytes = randomBytes(1000);
    await expect(fetchTiny()).rejects.toThrow(/SHA-1/);
    expect(existsSync(join(folder, 'models', 'ggml-tiny.bin.part'))).toBe(false);
    expect(existsSync(join(folder, 'models', 'ggml-tiny.bin'))).toBe(false);
  });

  it('replaces a file that is not the published one', async () => {
    const file = await fetchTiny();
    await writeFile(file, 'broken');
    expect((await readFile(await fetchTiny())).equals(MODEL)).toBe(true);
  });

  it.each([
    ['an unknown name', { name: 'huge' }, /no model "huge".*tiny/],
    ['a server without the file', { name: 'base', sums: { base: 'x' } }, /answered 404.*MODEL_BASE_URL/],
    ['no network', { baseUrl: 'http://127.0.0.1:1' }, /cannot be reached.*MODEL_BASE_URL/],
    ['a full disk', { spareBytes: 1e18 }, /free, but .* needed/],
  ])('says what to do about %s', async (_case, more, sentence) => {
    const failure = fetchTiny(more);
    await expect(failure).rejects.toBeInstanceOf(Refusal);
    await expect(failure).rejects.toThrow(sentence);
  });
});
