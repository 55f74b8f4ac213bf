import { describe } from '@jest/globals';
import { startGroqDouble } from '#testing/speech-doubles';
import { describeProviderContract } from '../provider-contract.js';
import { GroqSpeech } from './groq.adapter.js';

describe('GroqSpeech', () => {
  describeProviderContract({
    startDouble: () => startGroqDouble(),
    provider: (baseUrl, key, timeoutSeconds) => new GroqSpeech(key, { baseUrl }, timeoutSeconds),
    model: 'whisper-large-v3-turbo',
    timestampSource: 'provider',
    words: true,
  });
});
