import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { LLMock } from '@copilotkit/aimock';
import type { ChunkAudio, SpeechProvider } from '../speech-provider.js';
import { GroqSpeech } from './groq/groq.adapter.js';
import { OpenAiSpeech } from './openai/openai.adapter.js';
import { failureOf, writeSilence } from './provider-contract.js';

const TEXT = 'quince marmalade for the keeper';
const SECONDS = 6;
const KEY = 'sk-any-0123456789';
const TIMEOUT_SECONDS = 5;
/** The double writes the transcript as it is given one. */
const TRANSCRIPTION = {
  text: TEXT,
  language: 'english',
  duration: SECONDS,
  words: TEXT.split(' ').map((word, index) => ({ word, start: index, end: index + 1 })),
  segments: [{ id: 0, start: 0, end: 5, text: TEXT }],
};

const mock = new LLMock({ port: 0, logLevel: 'silent' });
let folder: string;
let audio: ChunkAudio;

beforeAll(async () => {
  await mock.start();
  folder = await mkdtemp(join(tmpdir(), 'steno-independent-'));
  audio = await writeSilence(join(folder, 'chunk.wav'), SECONDS);
});
afterEach(() => {
  mock.clearFixtures();
  mock.clearRequests();
  mock.clearChaos();
});
afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true });
});

describe.each([
  ['openai', 'whisper-1', () => new OpenAiSpeech(KEY, { baseUrl: `${mock.url}/v1` }, TIMEOUT_SECONDS)],
  ['groq', 'whisper-large-v3-turbo', () => new GroqSpeech(KEY, { baseUrl: mock.url }, TIMEOUT_SECONDS)],
] as const)('%s, played by somebody else', (id, model, provider) => {
  let speech: SpeechProvider;
  beforeAll(() => void (speech = provider()));
  afterAll(() => speech.close());

  const ask = () => speech.transcribe({ audio, model, wordTimestamps: true, signal: new AbortController().signal });

  it('transcribes', async () => {
    mock.onTranscription({ transcription: TRANSCRIPTION });
    expect(await ask()).toMatchObject({ text: TEXT, language: 'en', segments: [{ start: 0, end: 5, text: TEXT }] });
    expect(mock.getRequests()).toHaveLength(1);
  });

  it.each([
    [429, 'rate_limited', { retryAfterSeconds: 9 }],
    [500, 'unavailable', {}],
    [402, 'quota_exhausted', {}],
  ] as const)('refuses with %d, once', async (status, kind, more) => {
    mock.on({ endpoint: 'transcription' }, { error: { message: 'No.' }, status, retryAfter: 9 });
    expect(await failureOf(ask())).toMatchObject({ kind, provider: id, ...more });
    expect(mock.getRequests()).toHaveLength(1);
  });

  it.each([
    ['rate limits', { rateLimitRate: 1 }, 'rate_limited'],
    ['lost calls', { dropRate: 1 }, 'unavailable'],
    ['broken JSON', { malformedRate: 1 }, 'unavailable'],
    ['lost connections', { disconnectRate: 1 }, 'unavailable'],
  ] as const)('in chaos of %s fails in our words', async (_what, chaos, kind) => {
    mock.onTranscription({ transcription: TRANSCRIPTION });
    mock.setChaos(chaos);
    expect(await failureOf(ask())).toMatchObject({ kind, provider: id });
  });
});
