import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Behaviour, DOUBLE_KEY, type Mode, type SpeechDouble } from '#testing/speech-doubles';
import { ProviderError, type ProviderErrorKind } from '#provider-calls';
import type { ChunkAudio, HeldAudio, KeyCheck, SpeechProvider, SpeechRequest, SpeechResult } from '../speech-provider.js';

/** What the contract needs of an adapter with its double. */
export interface ContractSubject {
  startDouble: () => Promise<SpeechDouble>;
  /** @param url address of the double */
  provider: (url: string, key: string | undefined, timeoutSeconds: number) => SpeechProvider;
  model: string;
  /** Where the vendor differs from the rest. */
  timestampSource: SpeechResult['timestampSource'];
  words: boolean;
  /** What the vendor never does. */
  never?: readonly Mode[];
  /** The codes of a vendor that has none but statuses, or words of its own. */
  codes?: Partial<Record<Mode, RegExp>>;
  /** The lines of six seconds; not set: one of five seconds and one of one. */
  lines?: readonly (readonly [number, number])[];
  /** Set for one that does not say what language it heard. */
  languageUntold?: true;
  /** Warnings for the wishes it leaves out, of a call with language, prompt and temperature. */
  warnings?: readonly RegExp[];
  /** Set to ask for recordings that lie in memory. */
  inMemory?: true;
}

/** What a contract test works with. */
export interface ContractBench {
  readonly double: SpeechDouble;
  readonly provider: SpeechProvider;
  /** Asks for a transcript of six seconds. */
  ask(overrides?: Partial<SpeechRequest>): Promise<SpeechResult>;
  /** Writes a WAV file of this length, with no sound in it. */
  silence(seconds: number): Promise<ChunkAudio>;
}

const SECONDS = 6;
/** The double never answers: without the abort a call would last until it is given up. */
const ABORT_MS = 2_000;
const OWN_KEY = 'sk-of-a-workspace-9876543210';
/** The double reads its vendor's document, three megabytes of YAML. */
const START_MS = 30_000;

/** The mode of the double, what it has to become, and whose fault the code names (any, where vendors differ). */
const FAILURES: readonly (readonly [Mode, ProviderErrorKind, string | RegExp])[] = [
  ['bad_audio', 'invalid_audio', /invalid/i],
  ['unauthorized', 'auth', /key_invalid|invalid_api_key/i],
  ['too_large', 'too_large', /./],
  ['rate_limited', 'rate_limited', /rate_limit_exceeded|RESOURCE_EXHAUSTED/],
  ['no_credit', 'quota_exhausted', /./],
  ['server_error', 'unavailable', /./],
  ['blocked', 'blocked', /policy|PROHIBITED/],
  ['output_truncated', 'too_large', /./],
  ['hang_up', 'unavailable', 'connection'],
  ['cut_off', 'unavailable', 'connection'],
  ['html', 'unavailable', 'bad_response'],
  ['wrong_shape', 'unavailable', 'bad_response'],
  ['wrong_types', 'unavailable', 'bad_response'],
  ['endless', 'unavailable', 'bad_response'],
  ['redirect', 'unavailable', 'connection'],
];

/** What the double does when a key is checked, and what is known of the key then. */
const VERDICTS: readonly (readonly [Mode, KeyCheck['outcome'], string | RegExp])[] = [
  ['unauthorized', 'refused', /key_invalid|invalid_api_key/i],
  ['no_credit', 'refused', /./],
  ['rate_limited', 'not_checkable', /rate_limit_exceeded|RESOURCE_EXHAUSTED/],
  ['server_error', 'not_checkable', /./],
  ['hang_up', 'not_checkable', 'connection'],
  ['cut_off', 'not_checkable', 'connection'],
  ['html', 'not_checkable', 'bad_response'],
  ['wrong_shape', 'not_checkable', 'bad_response'],
  ['endless', 'not_checkable', 'bad_response'],
  ['redirect', 'not_checkable', 'connection'],
];

/** A silent 16 kHz mono s16le WAV file. */
export async function writeSilence(path: string, seconds: number): Promise<ChunkAudio> {
  const samples = Buffer.alloc(Math.round(seconds * 16_000) * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  [16, 0x1_0001, 16_000, 32_000, 0x10_0002].forEach((value, index) => header.writeUInt32LE(value, 16 + index * 4));
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  await writeFile(path, Buffer.concat([header, samples]));
  return { path, seconds, bytes: header.length + samples.length };
}

async function heldOf({ path, seconds }: ChunkAudio): Promise<HeldAudio> {
  const content = new Uint8Array(await readFile(path));
  const pieces = [content.subarray(0, 50), content.subarray(50)];
  return { content: pieces, extension: 'wav', contentType: 'audio/wav', seconds, bytes: content.length };
}

/** The error of a call that has to fail. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`Not a ProviderError: ${String(error)}`, { cause: error });
  return error;
}

/** What every adapter does alike, and the place where each adds what is its own. */
export function describeProviderContract(subject: ContractSubject, more: (bench: ContractBench) => void = () => undefined): void {
  const { never = [], codes = {}, warnings = [] } = subject;
  const lines = subject.lines ?? [
    [0, 5],
    [5, 6],
  ];
  const ofVendor = <T extends readonly [Mode, ...unknown[]]>(cases: readonly T[]): T[] =>
    cases.filter(([mode]) => !never.includes(mode));
  let folder: string;
  let double: SpeechDouble;
  let provider: SpeechProvider;
  let audio: ChunkAudio | HeldAudio;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steno-contract-'));
    const chunk = await writeSilence(join(folder, 'chunk.wav'), SECONDS);
    audio = subject.inMemory === true ? await heldOf(chunk) : chunk;
    double = await subject.startDouble();
    provider = subject.provider(double.url, DOUBLE_KEY, 20);
  }, START_MS);

  afterEach(() => double.reset());

  afterAll(async () => {
    await provider.close();
    await double.close();
    await rm(folder, { recursive: true });
  });

  const bench: ContractBench = {
    get double() {
      return double;
    },
    get provider() {
      return provider;
    },
    ask: (overrides = {}) => askWith(provider, overrides),
    silence: (seconds) => writeSilence(join(folder, `${seconds}.wav`), seconds),
  };

  function askWith(asked: SpeechProvider, overrides: Partial<SpeechRequest> = {}): Promise<SpeechResult> {
    const signal = new AbortController().signal;
    return asked.transcribe({ audio, model: subject.model, wordTimestamps: true, signal, ...overrides });
  }

  async function check(key: string): Promise<KeyCheck | undefined> {
    return provider.checkKey?.(key, new AbortController().signal);
  }

  async function failWith(behaviour: Behaviour): Promise<ProviderError> {
    double.script(behaviour);
    return failureOf(bench.ask());
  }

  describe('a transcript', () => {
    it('has the text, its times inside the chunk, the language and the answer as received', async () => {
      const result = await bench.ask({ language: 'en', prompt: 'Steno', temperature: 0 });
      expect(result.text).toBe('one two three four five six seven eight nine ten one two');
      expect(result.segments.map(({ start, end }) => [start, end])).toEqual(lines);
      expect(result.words?.length).toBe(subject.words ? 12 : undefined);
      expect(result.language).toBe(subject.languageUntold === true ? undefined : 'en');
      expect(result.timestampSource).toBe(subject.timestampSource);
      expect(result.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
      expect(result.providerRequestId).toMatch(/double/);
      expect(result.raw).toBeInstanceOf(Object);
    });

    it('was asked for in a way the vendor’s own document allows, with the whole chunk', async () => {
      await bench.ask({ language: 'de', prompt: 'Steno', temperature: 0.2 });
      expect(double.calls).toHaveLength(1);
      expect(double.calls[0]).toMatchObject({ problems: [], model: subject.model, seconds: SECONDS });
    });

    it('is one of a recording in memory, too, sent as what it is', async () => {
      const chunk = await bench.silence(SECONDS);
      const fromMemory = await bench.ask({ audio: await heldOf(chunk) });
      const fromDisk = await bench.ask({ audio: chunk });
      expect(fromMemory).toMatchObject({ text: fromDisk.text, segments: fromDisk.segments });
      expect(double.calls[0]).toMatchObject({ problems: [], seconds: SECONDS });
    });

    it('may be empty', async () => {
      double.script({ mode: 'empty' });
      expect(await bench.ask()).toMatchObject({ text: '', segments: [] });
    });

    it('is waited for', async () => {
      double.script({ mode: 'ok', delayMs: 300 });
      expect((await bench.ask()).segments).toHaveLength(lines.length);
    });
  });

  describe('a failure', () => {
    it.each(ofVendor(FAILURES))('%s is %s, asked once, without the key in it', async (mode, kind, code) => {
      const error = await failWith({ mode });
      expect(error).toMatchObject({ kind, provider: provider.id });
      expect(error.providerCode).toMatch(codes[mode] ?? code);
      expect(double.calls).toHaveLength(1);
      expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(DOUBLE_KEY);
    });

    it('says when to come back', async () => {
      expect(await failWith({ mode: 'rate_limited', retryAfter: '17' })).toMatchObject({ retryAfterSeconds: 17 });
    });

    it('is no retry even when the next answer would be good', async () => {
      double.script({ mode: 'server_error' }, { mode: 'ok' });
      await failureOf(bench.ask());
      expect(double.calls).toHaveLength(1);
    });

    it('is `auth` with a wrong key, and the wrong key stays out of the message', async () => {
      const stranger = subject.provider(double.url, 'sk-stranger-987654321', 20);
      const error = await failureOf(askWith(stranger));
      expect(error.kind).toBe('auth');
      expect(error.message).not.toContain('stranger');
      await stranger.close();
    });

    it('is `unavailable` when nobody listens', async () => {
      const nobody = await subject.startDouble();
      await nobody.close();
      const lost = subject.provider(nobody.url, DOUBLE_KEY, 20);
      expect(await failureOf(askWith(lost))).toMatchObject({ kind: 'unavailable', providerCode: 'connection' });
      await lost.close();
    });

    it('is our timeout when the provider hangs, told apart from the caller’s', async () => {
      const hurried = subject.provider(double.url, DOUBLE_KEY, 1);
      double.script({ mode: 'hang' });
      expect(await failureOf(askWith(hurried))).toMatchObject({ kind: 'unavailable', providerCode: 'timeout' });
      await hurried.close();
    });
  });

  describe('a redirect', () => {
    it('is not followed, so that key and recording stay where they belong (item 54)', async () => {
      expect((await failWith({ mode: 'redirect' })).kind).toBe('unavailable');
      double.script({ mode: 'redirect' });
      await check(DOUBLE_KEY);
      expect(double.otherRequests).toEqual([]);
    });
  });

  describe('a key of a workspace', () => {
    it('goes before the installation’s, which serves again afterwards', async () => {
      double.accept(DOUBLE_KEY, OWN_KEY);
      await bench.ask({ apiKey: OWN_KEY });
      await bench.ask();
      expect(double.calls.map(({ key }) => key)).toEqual([OWN_KEY, DOUBLE_KEY]);
    });

    it('is all a provider wants that the installation has no key of', async () => {
      double.accept(OWN_KEY);
      const keyless = subject.provider(double.url, undefined, 20);
      expect([provider.configured, keyless.configured]).toEqual([true, false]);
      expect((await askWith(keyless, { apiKey: OWN_KEY })).segments).toHaveLength(lines.length);
      expect(await failureOf(askWith(keyless))).toMatchObject({ kind: 'unavailable', providerCode: 'no_key' });
      await keyless.close();
    });

    it('is told apart, when it is refused, from a key that may not do one thing', async () => {
      const error = await failureOf(bench.ask({ apiKey: OWN_KEY }));
      expect(error).toMatchObject({ kind: 'auth', keyRefused: true });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(OWN_KEY);
    });
  });

  describe('checking a key', () => {
    it('is good with a good one, and costs nothing', async () => {
      expect(await check(DOUBLE_KEY)).toEqual({ outcome: 'good' });
      expect(double.keyChecks).toEqual([DOUBLE_KEY]);
      expect(double.calls).toEqual([]);
    });

    it('is refused with a wrong one, without the key in the verdict', async () => {
      const verdict = await check(OWN_KEY);
      expect(verdict).toMatchObject({
        outcome: 'refused',
        code: expect.stringMatching(codes.unauthorized ?? /key_invalid|invalid_api_key/i),
      });
      expect(JSON.stringify(verdict)).not.toContain(OWN_KEY);
    });

    it.each(ofVendor(VERDICTS))('on %s is %s', async (mode, outcome, code) => {
      double.script({ mode });
      expect(await check(DOUBLE_KEY)).toMatchObject({ outcome, code: expect.stringMatching(codes[mode] ?? code) });
      expect(double.keyChecks).toHaveLength(1);
    });

    it('knows nothing when nobody listens', async () => {
      const nobody = await subject.startDouble();
      await nobody.close();
      const lost = subject.provider(nobody.url, undefined, 20);
      const verdict = lost.checkKey?.(DOUBLE_KEY, new AbortController().signal);
      expect(await verdict).toMatchObject({ outcome: 'not_checkable', code: 'connection' });
      await lost.close();
    });

    it('ends with the caller', async () => {
      double.script({ mode: 'hang' });
      const verdict = provider.checkKey?.(DOUBLE_KEY, AbortSignal.timeout(100));
      await expect(verdict).rejects.toThrow(/timeout/);
    });
  });

  describe('an abort', () => {
    it('in the middle rejects at once with the caller’s reason and closes the connection', async () => {
      const stop = new AbortController();
      const reason = new Error('The transcription was cancelled.');
      double.script({ mode: 'hang' });
      const call = bench.ask({ signal: stop.signal }).catch((error: unknown) => error);
      while (double.calls.length === 0) await sleep(5);
      const before = performance.now();
      stop.abort(reason);
      expect(await call).toBe(reason);
      expect(performance.now() - before).toBeLessThan(ABORT_MS);
      for (let waited = 0; waited < ABORT_MS && double.calls[0]?.abandoned !== true; waited += 5) await sleep(5);
      expect(double.calls[0]?.abandoned).toBe(true);
    });

    it('beforehand sends nothing', async () => {
      await expect(bench.ask({ signal: AbortSignal.abort(new Error('Too late.')) })).rejects.toThrow('Too late.');
      expect(double.calls).toHaveLength(0);
    });
  });

  more(bench);
}
