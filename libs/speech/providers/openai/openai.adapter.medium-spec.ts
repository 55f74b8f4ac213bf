import { describe, expect, it } from '@jest/globals';
import { startOpenAiDouble } from '#testing/speech-doubles';
import { describeProviderContract } from '../provider-contract.js';
import { OpenAiSpeech } from './openai.adapter.js';

const subject = {
  startDouble: () => startOpenAiDouble(),
  provider: (url: string, key: string | undefined, timeoutSeconds: number) =>
    new OpenAiSpeech(key, { baseUrl: `${url}/v1` }, timeoutSeconds),
};

describe('OpenAiSpeech with whisper-1', () => {
  describeProviderContract({ ...subject, model: 'whisper-1', timestampSource: 'provider', words: true }, (bench) => {
    it('asks for words only when they are wanted', async () => {
      const result = await bench.ask({ wordTimestamps: false });
      expect(bench.double.calls[0]?.fields['timestamp_granularities[]']).toBe('segment');
      expect(result.words).toBeUndefined();
    });

    it('has the server translate, which takes no language and gives times of segments', async () => {
      const result = await bench.ask({ translate: true, language: 'de', prompt: 'Steno' });
      expect(bench.double.calls[0]).toMatchObject({ problems: [], fields: { response_format: 'verbose_json', prompt: 'Steno' } });
      expect(bench.double.calls[0]?.fields).not.toHaveProperty('language');
      expect(result).toMatchObject({ timestampSource: 'provider', words: undefined });
      expect(result.segments).toHaveLength(2);
    });

    it('gives one segment without times of its own for the models that write text only', async () => {
      const result = await bench.ask({ model: 'gpt-4o-transcribe', prompt: 'Steno' });
      expect(result).toMatchObject({ timestampSource: 'none', segments: [{ start: 0, end: 6, text: result.text }] });
      expect(result.usage).toMatchObject({ inputTokens: 60 });
      expect(bench.double.calls[0]).toMatchObject({ problems: [], fields: { response_format: 'json', prompt: 'Steno' } });
    });

    it('tells speakers apart with -diarize, which takes no prompt', async () => {
      const result = await bench.ask({ model: 'gpt-4o-transcribe-diarize', diarize: true, prompt: 'Steno' });
      expect(result.segments.map(({ speaker }) => speaker)).toEqual(['A', 'B']);
      expect(result.warnings).toEqual(['prompt_ignored: gpt-4o-transcribe-diarize takes no prompt.']);
      expect(bench.double.calls[0]).toMatchObject({ problems: [], fields: { chunking_strategy: 'auto' } });
    });

    it('treats the models of another server as Whisper', async () => {
      const own = new OpenAiSpeech('sk-double-0123456789', { baseUrl: `${bench.double.url}/v1`, models: ['large-v3'] }, 20);
      expect(own.models.map(({ id, timestamps }) => [id, timestamps])).toEqual([['large-v3', 'word']]);
      const audio = await bench.silence(2);
      const signal = new AbortController().signal;
      const result = await own.transcribe({ audio, model: 'large-v3', wordTimestamps: true, signal });
      expect(result.words).toHaveLength(4);
      await own.close();
    });
  });
});

describe('OpenAiSpeech with a recording in memory', () => {
  describeProviderContract(
    { ...subject, model: 'whisper-1', timestampSource: 'provider', words: true, inMemory: true },
    (bench) => {
      it('goes on over the same connection, and over another once that was closed', async () => {
        for (const mode of ['ok', 'ok', 'cut_off', 'ok'] as const) {
          bench.double.script({ mode });
          await bench.ask().catch((error: unknown) => error);
        }
        const ports = bench.double.calls.map(({ port }) => port);
        expect(ports[0]).toBe(ports[1]);
        expect(ports[2]).not.toBe(ports[3]);
      });
    },
  );
});
