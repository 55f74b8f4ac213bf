import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from './json.js';
import { refusalError } from './refusal.js';

function refuse(status: number, body?: JsonValue, headers: Record<string, string> = {}, key?: string) {
  return refusalError({ provider: 'openai', status, headers: new Headers(headers), body, key });
}

const openAi = (code: string | null, message = 'No.', param: string | null = null) => ({
  error: { message, type: 'x', param, code },
});

describe('refusalError', () => {
  it.each<[number, JsonValue, string]>([
    [400, openAi('audio_too_short'), 'invalid_audio'],
    [400, openAi(null, 'Invalid file format.'), 'invalid_audio'],
    [400, openAi('unsupported_value', 'Unsupported file format', 'file'), 'invalid_audio'],
    [400, openAi('invalid_value', 'language must be ISO-639-1', 'language'), 'unknown'],
    [400, openAi('invalid_value', 'audio duration 1509.9 seconds is longer than 1400 seconds', 'file'), 'too_large'],
    [401, openAi('invalid_api_key'), 'auth'],
    [402, openAi(null), 'quota_exhausted'],
    [403, openAi(null, 'Country not supported'), 'auth'],
    [404, openAi('model_not_found'), 'auth'],
    [413, { error: { message: 'Maximum content size limit', type: 'server_error' } }, 'too_large'],
    [429, openAi('rate_limit_exceeded'), 'rate_limited'],
    [429, openAi('insufficient_quota'), 'quota_exhausted'],
    [429, openAi('credit_balance_exhausted'), 'quota_exhausted'],
    [498, openAi(null), 'unavailable'],
    [503, openAi('slow_down'), 'rate_limited'],
    [503, 'Bad gateway', 'unavailable'],
    [418, openAi(null), 'unknown'],
    [400, { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }, 'auth'],
    [400, { error: { code: 400, status: 'FAILED_PRECONDITION' } }, 'auth'],
    [429, { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }, 'rate_limited'],
    [
      400,
      { error: { status: 'INVALID_ARGUMENT', message: 'The input token count (9) exceeds the maximum number of' } },
      'too_large',
    ],
    [400, openAi('context_length_exceeded', 'Too many tokens.', 'messages'), 'too_large'],
    [403, { error: { code: 403, message: 'Flagged', metadata: { reasons: ['x'], flagged_input: 'y' } } }, 'blocked'],
    [500, null, 'unavailable'],
    [401, { detail: { status: 'invalid_api_key', message: 'No.' } }, 'auth'],
    [401, { detail: { status: 'missing_permissions', message: 'No.' } }, 'auth'],
    [401, { detail: { status: 'quota_exceeded', message: 'No.' } }, 'quota_exhausted'],
    [429, { detail: { status: 'too_many_concurrent_requests', message: 'No.' } }, 'rate_limited'],
    [429, { detail: { status: 'system_busy', message: 'No.' } }, 'unavailable'],
    [422, { detail: [{ loc: ['body', 'language_code'], msg: 'No.', type: 'value_error' }] }, 'unknown'],
    [422, { detail: [{ loc: ['body', 'file'], msg: 'No.', type: 'value_error' }] }, 'invalid_audio'],
    [400, { detail: 'Not a sound file' }, 'invalid_audio'],
    [402, { error: { code: 402, message: 'Insufficient credits' } }, 'quota_exhausted'],
    [524, { error: { code: 524, message: 'Request timed out' } }, 'unavailable'],
    [529, { error: { code: 529, message: 'Provider returned error' } }, 'unavailable'],
    [503, { error: 'Model is currently loading', estimated_time: 20 }, 'unavailable'],
  ])('%d %j is %s', (status, body, kind) => {
    expect(refuse(status, body).kind).toBe(kind);
  });

  it.each<[number, JsonValue, boolean]>([
    [401, openAi('invalid_api_key'), true],
    [401, null, true],
    [403, openAi(null), true],
    [400, { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } }, true],
    [403, openAi('model_not_found'), false],
    [401, { detail: { status: 'missing_permissions' } }, false],
    [404, openAi('model_not_found'), false],
    [400, { error: { code: 400, status: 'FAILED_PRECONDITION' } }, false],
    [429, openAi('insufficient_quota'), false],
  ])('%d %j refuses the key itself: %s', (status, body, keyRefused) => {
    expect(refuse(status, body).keyRefused).toBe(keyRefused);
  });

  it('calls text that is refused a request that is', () => {
    const status = 400;
    const refused = { provider: 'openai', status, headers: new Headers(), unfit: 'invalid_request' } as const;
    expect(refusalError({ ...refused, body: openAi(null, 'No.', 'messages.[0].content') }).kind).toBe('invalid_request');
    expect(refusalError({ ...refused, body: openAi('unsupported_value', 'No.', 'temperature') }).kind).toBe('unknown');
  });

  it('does not go by the message alone', () => {
    expect(refuse(500, openAi(null, 'insufficient_quota: longer than 1400 seconds')).kind).toBe('unavailable');
    expect(refuse(400, openAi('other', 'longer than 1400 seconds')).kind).toBe('invalid_audio');
  });

  it('reads Retry-After in seconds and as a date, and Google’s delay in the body', () => {
    expect(refuse(429, null, { 'retry-after': '3600' }).retryAfterSeconds).toBe(3600);
    const later = new Date(Date.now() + 60_000).toUTCString();
    expect(refuse(429, null, { 'retry-after': later }).retryAfterSeconds).toBeGreaterThanOrEqual(58);
    expect(refuse(429, null, { 'retry-after': new Date(0).toUTCString() }).retryAfterSeconds).toBe(0);
    expect(refuse(429, { error: { details: [{ retryDelay: '16.5s' }] } }).retryAfterSeconds).toBe(17);
    expect(refuse(429, null, { 'retry-after': 'soon' }).retryAfterSeconds).toBeUndefined();
  });

  it('never holds a key, ours or one the provider echoes', () => {
    const message =
      'Incorrect API key: secret-1 and sk-proj-abcdef123, sk_abcdef12, hf_abcdefgh and gsk_abcdefgh and AIzaSyAbcdefgh, Bearer xyz, url?key=abc';
    const error = refuse(401, openAi(null, message), {}, 'secret-1');
    expect(error.message).not.toMatch(/secret-1|abcdef|Abcdef|xyz|key=abc/);
    expect(refuse(401, openAi('bad key secret-1'), {}, 'secret-1').providerCode).toBe('bad key [key]');
  });

  it('keeps the request id for the provider’s support', () => {
    expect(refuse(500, null, { 'x-request-id': 'req_1' }).providerRequestId).toBe('req_1');
  });
});
