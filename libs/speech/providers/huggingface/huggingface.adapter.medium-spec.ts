import { describe, expect, it } from '@jest/globals';
import { startHuggingFaceDouble } from '#testing/speech-doubles';
import { describeProviderContract, failureOf } from '../provider-contract.js';
import { HuggingFaceSpeech } from './huggingface.adapter.js';

describe('HuggingFaceSpeech', () => {
  const subject = {
    startDouble: () => startHuggingFaceDouble(),
    provider: (url: string, key: string | undefined, timeoutSeconds: number) =>
      new HuggingFaceSpeech(key, { baseUrl: `${url}/hf-inference`, hubUrl: `${url}/` }, timeoutSeconds),
    model: 'openai/whisper-large-v3-turbo',
    timestampSource: 'provider' as const,
    words: false,
    never: ['blocked', 'output_truncated'] as const,
    codes: { bad_audio: /^http_400$/, unauthorized: /^http_401$/, rate_limited: /^http_429$/ },
    languageUntold: true as const,
    warnings: [/^prompt_ignored: /, /^language_ignored: openai\/whisper-large-v3-turbo /],
  };
  describeProviderContract(subject, (bench) => {
    it('comes back when a model is loaded', async () => {
      bench.double.script({ mode: 'server_error' });
      expect(await failureOf(bench.ask())).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 21 });
    });

    it('leaves a temperature of 0 out, which is an error there', async () => {
      await bench.ask({ temperature: 0 });
      await bench.ask({ temperature: 0.2 });
      expect(bench.double.calls.map(({ fields }) => JSON.parse(fields.parameters ?? '') as object)).toEqual([
        { return_timestamps: true },
        { return_timestamps: true, generation_parameters: { do_sample: true, temperature: 0.2 } },
      ]);
    });
  });
});
