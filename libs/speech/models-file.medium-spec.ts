import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCorrections } from './models-file.js';
import { GROQ_MODELS } from './providers/groq/models.js';
import { OPENAI_MODELS } from './providers/openai/models.js';

const PRICE = { microDollarsPerMinute: 500, source: 'our contract', date: '2026-11-01' };
const UNKNOWN = { ...PRICE, microDollarsPerMinute: null };

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steno-models-'));
  path = join(folder, 'models.json');
});
afterAll(() => rm(folder, { recursive: true }));

async function corrections(content: unknown) {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readCorrections(path);
}

describe('readCorrections', () => {
  it('leaves the tables alone without a file, and of providers it does not name', async () => {
    expect(readCorrections(undefined)('groq', GROQ_MODELS)).toBe(GROQ_MODELS);
    expect((await corrections({ openai: [] }))('groq', GROQ_MODELS)).toEqual(GROQ_MODELS);
  });

  it('puts what is said of a model in the place of what the table says, and keeps the order', async () => {
    const correct = await corrections({ groq: [{ id: 'whisper-large-v3', price: PRICE, maxSeconds: 600 }] });
    const models = correct('groq', GROQ_MODELS);
    expect(models.map(({ id }) => id)).toEqual(GROQ_MODELS.map(({ id }) => id));
    expect(models[0]).toEqual(GROQ_MODELS[0]);
    expect(models[1]).toEqual({ ...GROQ_MODELS[1], price: PRICE, maxSeconds: 600 });
  });

  it('adds a model that is like another one, also like one that was only just added', async () => {
    const correct = await corrections({
      openai: [
        { id: 'gpt-9-transcribe', like: 'gpt-4o-transcribe', languages: ['en'], price: UNKNOWN },
        { id: 'gpt-9-mini', like: 'gpt-9-transcribe', price: PRICE },
      ],
    });
    const [big, mini] = correct('openai', OPENAI_MODELS).slice(-2);
    const like = OPENAI_MODELS.find(({ id }) => id === 'gpt-4o-transcribe');
    expect(big).toEqual({ ...like, id: 'gpt-9-transcribe', languages: ['en'], price: UNKNOWN });
    expect(mini).toEqual({ ...big, id: 'gpt-9-mini', price: PRICE });
  });

  it('passes over engines that this machine does not have: the file is one for all', async () => {
    expect((await corrections({ local: [{ id: 'whisper-base', price: PRICE }] }))('local', [])).toEqual([]);
  });

  it.each<[unknown, RegExp]>([
    ['{ "openai": [', /cannot be read as JSON/],
    [{ acme: [] }, /the file must NOT have additional properties: acme/],
    [{ openai: [{ price: PRICE }] }, /openai\[0\] must have required property 'id'/],
    [{ openai: [{ id: 'whisper-1', maxSecond: 3 }] }, /openai\[0\] must NOT have additional properties: maxSecond/],
    [{ openai: [{ id: 'whisper-1', price: { ...PRICE, date: 'May' } }] }, /openai\[0\]\.price\.date must match pattern/],
    [{ openai: [{ id: 'whisper-1', price: { ...PRICE, microDollarsPerMinute: -1 } }] }, /microDollarsPerMinute must be >= 0/],
    [{ openai: [{ id: '../whisper' }] }, /openai\[0\]\.id must match pattern/],
  ])('refuses %j, naming the mistake and its place', async (content, message) => {
    await expect(corrections(content)).rejects.toThrow(message);
    await expect(corrections(content)).rejects.toThrow(`SPEECH_MODELS_FILE ${path}: `);
  });

  it.each<[object[], RegExp]>([
    [[{ id: 'new', price: PRICE }], /openai\[0\] \(new\) is new: it needs "like".*whisper-1/],
    [[{ id: 'new', like: 'old', price: PRICE }], /openai\[0\] \(new\) is like "old", which openai does not have/],
    [[{ id: 'new', like: 'whisper-1' }], /openai\[0\] \(new\) is new: it needs a price, if only null/],
    [[{ id: 'whisper-1' }, { id: 'whisper-1' }], /openai\[1\] \(whisper-1\) is there twice/],
  ])('refuses what only the table shows to be wrong: %j', async (entries, message) => {
    const correct = await corrections({ openai: entries });
    expect(() => correct('openai', OPENAI_MODELS)).toThrow(message);
  });

  it('refuses a file that is not there', () => {
    expect(() => readCorrections(join(folder, 'none.json'))).toThrow(/none\.json: cannot be read as JSON: .*ENOENT/);
  });

  it('names all mistakes at once', async () => {
    await expect(corrections({ openai: [{}], groq: [{}] })).rejects.toThrow(/openai\[0\][^]*groq\[0\]/);
  });
});
