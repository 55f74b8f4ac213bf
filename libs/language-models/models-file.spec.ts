import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCorrections } from './models-file.js';
import { OPENAI_LANGUAGE_MODELS } from './providers/openai-models.js';

const PRICE = { input: 1, output: 2, cachedInput: null, source: 'the bill', date: '2026-11-01' };

describe('readCorrections', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'steno-models-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function corrections(content: unknown) {
    const path = join(folder, 'models.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readCorrections(path);
  }

  it('leaves the tables alone without a file', () => {
    expect(readCorrections(undefined)('openai', OPENAI_LANGUAGE_MODELS)).toBe(OPENAI_LANGUAGE_MODELS);
  });

  it('corrects what it says and nothing else', () => {
    const models = corrections({ openai: [{ id: 'gpt-4.1-mini', price: PRICE }] })('openai', OPENAI_LANGUAGE_MODELS);
    expect(models).toHaveLength(OPENAI_LANGUAGE_MODELS.length);
    expect(models.find(({ id }) => id === 'gpt-4.1-mini')).toMatchObject({ price: PRICE, contextTokens: 1_047_576 });
  });

  it('adds models, of which nothing is known but what it says', () => {
    const price = { ...PRICE, input: null, output: null };
    const [model] = corrections({ openrouter: [{ id: 'acme/llm', price, contextTokens: 8_000 }] })('openrouter', []);
    expect(model).toEqual({
      id: 'acme/llm',
      contextTokens: 8_000,
      maxOutputTokens: null,
      structuredOutput: 'json',
      streaming: true,
      temperature: true,
      tokenizer: null,
      price,
    });
  });

  it.each([
    ['{', /cannot be read as JSON/],
    [{ acme: [] }, /must NOT have additional properties: acme/],
    [{ openai: [{}] }, /openai\[0\] must have required property 'id'/],
    [{ openai: [{ id: 'x', price: { ...PRICE, input: 0.5 } }] }, /openai\[0\]\.price\.input must be integer/],
    [
      {
        openai: [
          { id: 'x', price: PRICE },
          { id: 'x', price: PRICE },
        ],
      },
      /x of openai is there twice/,
    ],
  ])('names the mistake in %j', (content, mistake) => {
    expect(() => corrections(content)('openai', [])).toThrow(mistake);
  });

  it('wants a price of a model that no table has', () => {
    expect(() => corrections({ openai: [{ id: 'x' }] })('openai', [])).toThrow(/x of openai is new: it needs a price/);
  });
});
