import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeEmptyWhisperModel } from '#testing/speech-doubles';
import type { ChunkAudio, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { failureOf, writeSilence } from '../provider-contract.js';
import { findEngines } from './find-engines.js';
import { LocalSpeech } from './local.adapter.js';

const SPOKEN = 'the weather is good today. we are going to the market and the school.';
const PATIENCE_MS = 60_000;

describe('LocalSpeech', () => {
  let folder: string;
  let local: LocalSpeech;
  let speech: ChunkAudio;
  let silence: ChunkAudio;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'steno-local-'));
    const modelDirectory = join(folder, 'models');
    await mkdir(modelDirectory);
    await writeEmptyWhisperModel(join(modelDirectory, 'ggml-tiny.bin'));
    await writeFile(join(modelDirectory, 'ggml-broken.en.bin'), 'not a model');
    local = new LocalSpeech(findEngines({ ...SETTINGS, modelDirectory }), 60);
    speech = await speak(join(folder, 'speech.wav'));
    silence = await writeSilence(join(folder, 'silence.wav'), 1);
  }, PATIENCE_MS);

  afterAll(() => rm(folder, { recursive: true }));

  function ask(model: string, overrides: Partial<SpeechRequest> = {}): Promise<SpeechResult> {
    return local.transcribe({ audio: speech, model, wordTimestamps: true, signal: new AbortController().signal, ...overrides });
  }

  it('lists the models of this machine, the better ones first, and says which are poor', () => {
    const listed = local.models.map(({ id, languages, lowAccuracy }) => [id, languages, lowAccuracy]);
    expect(listed).toEqual([
      ['whisper-tiny', 'multilingual', undefined],
      ['whisper-broken.en', ['en'], undefined],
      ['pocketsphinx', ['en'], true],
    ]);
  });

  it('refuses to start with a WHISPER_MODEL_PATH that names no file', () => {
    const settings = { ...SETTINGS, modelDirectory: folder, whisperModelPath: join(folder, 'nowhere.bin') };
    expect(() => findEngines(settings)).toThrow(/WHISPER_MODEL_PATH names no file/);
  });

  describe('pocketsphinx', () => {
    it(
      'hears most words, with rising times inside the chunk',
      async () => {
        const { text, words = [], segments, warnings, timestampSource } = await ask('pocketsphinx');
        const heard = new Set(text.split(' '));
        const wanted = SPOKEN.replaceAll('.', '').split(' ');
        expect(wanted.filter((word) => heard.has(word)).length).toBeGreaterThan(wanted.length * 0.7);
        const starts = words.map(({ start }) => start);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(words.every(({ start, end }) => start <= end && end <= speech.seconds)).toBe(true);
        expect(segments.map((segment) => segment.text).join(' ')).toBe(words.map((word) => word.text).join(' '));
        expect(timestampSource).toBe('provider');
        expect(warnings[0]).toMatch(/^low_accuracy: /);
      },
      PATIENCE_MS,
    );

    it('hears nothing in silence', async () => {
      expect(await ask('pocketsphinx', { audio: silence })).toMatchObject({ text: '', segments: [], words: [] });
    });

    it('is killed by an abort, at once and with the caller’s reason', async () => {
      const stop = new AbortController();
      const call = ask('pocketsphinx', { signal: stop.signal }).catch((error: unknown) => error);
      while ((await processesWith(speech.path)).length === 0) await sleep(5);
      const reason = new Error('The transcription was cancelled.');
      const before = performance.now();
      stop.abort(reason);
      expect(await call).toBe(reason);
      expect(performance.now() - before).toBeLessThan(2_000);
      await sleep(100);
      expect(await processesWith(speech.path)).toEqual([]);
    });

    it('names the setting when its model is broken', async () => {
      await mkdir(join(folder, 'en-us'), { recursive: true });
      await writeFile(join(folder, 'en-us', 'en-us.lm.bin'), '');
      const settings = { ...SETTINGS, modelDirectory: folder, pocketsphinxModelPath: join(folder, 'en-us') };
      const broken = new LocalSpeech(findEngines(settings), 60);
      const { signal } = new AbortController();
      const error = await failureOf(broken.transcribe({ audio: speech, model: 'pocketsphinx', wordTimestamps: true, signal }));
      expect(error).toMatchObject({ kind: 'unavailable', provider: 'local' });
      expect(error.message).toContain('POCKETSPHINX_MODEL_PATH');
    });
  });

  describe('whisper.cpp', () => {
    it(
      'runs the model file of its folder',
      async () => {
        // A model without weights hears nothing; that it was loaded and run shows in the language it was told.
        const result = await ask('whisper-tiny', { audio: silence, language: 'de', prompt: 'Steno' });
        expect(result).toMatchObject({ text: '', segments: [], words: [], language: 'de', timestampSource: 'provider' });
      },
      PATIENCE_MS,
    );

    it(
      'says so when the file is no model',
      async () => {
        const error = await failureOf(ask('whisper-broken.en', { audio: silence }));
        expect(error).toMatchObject({ kind: 'unavailable', provider: 'local' });
        expect(error.message).toMatch(/ggml-broken\.en\.bin is a whole ggml model file/);
      },
      PATIENCE_MS,
    );

    it(
      'is killed by an abort while it computes',
      async () => {
        const stop = new AbortController();
        const call = ask('whisper-tiny', { signal: stop.signal }).catch((error: unknown) => error);
        while ((await processesWith(speech.path)).length === 0) await sleep(5);
        await sleep(100);
        stop.abort(new Error('Stop.'));
        const before = performance.now();
        expect(await call).toEqual(new Error('Stop.'));
        expect(performance.now() - before).toBeLessThan(2_000);
        await sleep(100);
        expect(await processesWith(speech.path)).toEqual([]);
      },
      PATIENCE_MS,
    );
  });

  it.each(['pocketsphinx', 'whisper-tiny'])('%s refuses what is no WAV file of ours', async (model) => {
    const path = join(folder, 'text.wav');
    await writeFile(path, 'This is a text that goes by the name of text.wav.');
    const error = await failureOf(ask(model, { audio: { path, seconds: 1, bytes: 50 } }));
    expect(error.kind).toBe('invalid_audio');
  });
});

const SETTINGS = {
  pocketsphinxPath: 'pocketsphinx_continuous',
  pocketsphinxModelPath: '/usr/share/pocketsphinx/model/en-us',
};

/** Speech made by ffmpeg's flite voice. */
async function speak(path: string): Promise<ChunkAudio> {
  const source = `flite=text='${SPOKEN}':voice=rms`;
  await promisify(execFile)('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    source,
    '-ar',
    '16000',
    '-ac',
    '1',
    '-c:a',
    'pcm_s16le',
    path,
  ]);
  const { size } = await stat(path);
  return { path, seconds: (size - 44) / 32_000, bytes: size };
}

/** Ids of the running processes whose command line names the file. */
async function processesWith(path: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`));
  const lines = await Promise.all(
    ids.map(async (id) => [id, await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')] as const),
  );
  return lines.filter(([, line]) => line.includes(path)).map(([id]) => id);
}
