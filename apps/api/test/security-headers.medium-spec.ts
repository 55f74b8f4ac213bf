import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './test-api.js';

const EXPECTED = {
  'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
};

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

describe('the headers that protect browsers', () => {
  it.each([
    ['an answer', '/live', 200],
    ['a refusal', '/api/v1/transcriptions', 401],
    ['a path that leads nowhere', '/nowhere', 404],
    ['the description of the API', '/api/openapi.json', 200],
  ])('stand on %s', async (_, url, status) => {
    const response = await api.app.inject({ method: 'GET', url });
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject(EXPECTED);
  });

  it('let the pages of the documentation load their own scripts, and nothing else', async () => {
    for (const url of ['/api/docs', '/api/redoc']) {
      const { headers } = await api.app.inject({ method: 'GET', url });
      expect(headers).toMatchObject({ ...EXPECTED, 'content-security-policy': expect.stringMatching(/script-src 'self' /) });
    }
  });
});
