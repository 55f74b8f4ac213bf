import { describe, expect, it } from '@jest/globals';
import { classifyFailure } from '#queues/worker';
import { SpeechError, type SpeechErrorKind } from '#speech';
import { providerFailure } from './provider-failure.js';

function failureOf(kind: SpeechErrorKind, retryAfterSeconds?: number) {
  const error = new SpeechError({ provider: 'groq', kind, message: 'It said no.', retryAfterSeconds });
  return providerFailure(error, { startSeconds: 300.7, endSeconds: 599.2 });
}

describe('providerFailure', () => {
  it.each([
    ['rate_limited', 'provider_rate_limited', 'rate_limited'],
    ['unavailable', 'provider_unavailable', 'passing'],
    ['unknown', 'provider_unavailable', 'passing'],
    ['invalid_audio', 'audio_refused', 'permanent'],
    ['too_large', 'part_too_large', 'permanent'],
    ['blocked', 'content_blocked', 'permanent'],
    ['auth', 'provider_auth_failed', 'permanent'],
    ['quota_exhausted', 'provider_quota_exhausted', 'permanent'],
  ] as const)('%s is %s, and %s for the job', (kind, code, failureClass) => {
    const failure = failureOf(kind);
    expect(failure.code).toBe(code);
    expect(classifyFailure(failure).class).toBe(failureClass);
    expect(failure.message).toContain('groq');
    expect(failure.message).toMatch(/\.$/);
    expect(failure.cause).toBeInstanceOf(SpeechError);
  });

  it('names the workspace’s own key where it was that', () => {
    const error = new SpeechError({ provider: 'groq', kind: 'auth', message: 'It said no.' });
    const stretch = { startSeconds: 0, endSeconds: 1 };
    expect(providerFailure(error, stretch).message).toContain('the key of this server');
    expect(providerFailure(error, stretch, true).message).toContain("the workspace's own key");
  });

  it('names the part of the recording, in whole seconds', () => {
    expect(failureOf('invalid_audio').message).toContain('the part from 300 s to 600 s: It said no. Check that it plays');
  });

  it('waits as long as the provider asks, and a while when it does not say', () => {
    expect(failureOf('rate_limited', 7).retryAfterSeconds).toBe(7);
    expect(failureOf('rate_limited').retryAfterSeconds).toBe(20);
    expect(failureOf('unavailable', 3).retryAfterSeconds).toBe(3);
    expect(failureOf('unavailable').retryAfterSeconds).toBeUndefined();
  });
});
