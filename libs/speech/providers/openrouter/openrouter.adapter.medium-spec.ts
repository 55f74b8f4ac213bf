import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { DOUBLE_KEY, startOpenRouterDouble } from '#testing/speech-doubles';
import { describeProviderContract, failureOf } from '../provider-contract.js';
import { OpenRouterSpeech } from './openrouter.adapter.js';
import { OPENROUTER_MODELS } from './models.js';

describe('OpenRouterSpeech', () => {
  const subject = {
    startDouble: () => startOpenRouterDouble(),
    provider: (url: string, key: string | undefined, timeoutSeconds: number) =>
      new OpenRouterSpeech(key, { baseUrl: `${url}/api/v1/` }, timeoutSeconds),
    model: 'openai/whisper-large-v3-turbo',
    timestampSource: 'provider' as const,
    words: true,
    codes: { bad_audio: /^http_400$/, unauthorized: /^http_401$/, rate_limited: /^http_429$/, server_error: /^http_524$/ },
    warnings: [/^prompt_ignored: openai\/whisper-large-v3-turbo /],
  };
  describeProviderContract(subject, (bench) => {
    it('knows what the call cost: six seconds at $0.0001', async () => {
      expect((await bench.ask()).usage).toMatchObject({ costMicroDollars: 600, seconds: 6 });
    });

    it('asks a model without times for bare text', async () => {
      const plain = OPENROUTER_MODELS.map((model) => ({ ...model, timestamps: 'none' as const }));
      const provider = new OpenRouterSpeech(DOUBLE_KEY, { baseUrl: `${bench.double.url}/api/v1` }, 20, plain);
      const signal = new AbortController().signal;
      const audio = await bench.silence(6);
      const result = await provider.transcribe({ audio, model: subject.model, wordTimestamps: false, signal });
      expect(result).toMatchObject({ timestampSource: 'none', segments: [{ start: 0, end: 6 }] });
      expect(bench.double.calls[0]?.fields).toEqual({ model: subject.model, response_format: 'json' });
      await provider.close();
    });

    it.each([
      [402, 'quota_exhausted'],
      [529, 'unavailable'],
      [undefined, 'unavailable'],
    ])('takes an error of code %s that comes with 200 for the failure it is', async (code, kind) => {
      const body = JSON.stringify({ error: { code, message: 'Provider returned error' }, text: 'one' });
      const server = createServer((request, response) => void request.resume().on('end', () => response.end(body)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const provider = subject.provider(`http://127.0.0.1:${port}`, DOUBLE_KEY, 20);
      const signal = new AbortController().signal;
      const audio = await bench.silence(6);
      const call = provider.transcribe({ audio, model: subject.model, wordTimestamps: false, signal });
      expect(await failureOf(call)).toMatchObject({ kind, provider: 'openrouter' });
      await provider.close();
      server.closeAllConnections();
      server.close();
    });
  });
});
