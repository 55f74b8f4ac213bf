import { describe, expect, it } from '@jest/globals';
import { startElevenLabsDouble } from '#testing/speech-doubles';
import { describeProviderContract } from '../provider-contract.js';
import { ElevenLabsSpeech } from './elevenlabs.adapter.js';

describe('ElevenLabsSpeech', () => {
  const subject = {
    startDouble: () => startElevenLabsDouble(),
    provider: (baseUrl: string, key: string | undefined, timeoutSeconds: number) =>
      new ElevenLabsSpeech(key, { baseUrl }, timeoutSeconds),
    model: 'scribe_v2',
    timestampSource: 'provider' as const,
    words: true,
    never: ['blocked', 'output_truncated'] as const,
    codes: { rate_limited: /^too_many_concurrent_requests$/, no_credit: /^quota_exceeded$/, server_error: /^system_busy$/ },
    lines: [[0, 6]] as const,
    warnings: [/^prompt_ignored: scribe_v2 /],
  };
  describeProviderContract(subject, (bench) => {
    it('names speakers only when asked to', async () => {
      expect((await bench.ask()).segments.map(({ speaker }) => speaker)).toEqual([undefined]);
      const { segments } = await bench.ask({ diarize: true });
      expect(segments.map(({ start, end, speaker }) => [start, end, speaker])).toEqual([
        [0, 5, 'speaker_0'],
        [5, 6, 'speaker_1'],
      ]);
      expect(bench.double.calls.map(({ fields }) => fields.diarize)).toEqual(['false', 'true']);
    });
  });
});
