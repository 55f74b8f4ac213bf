import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './test-api.js';

describe('sign-in routes', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ RATE_LIMITS: 'off,sign-in=20/60' });
  });
  afterAll(() => api.stop());

  it('take 20 requests a minute from one address and tell the 21st when to come back', async () => {
    const login = () =>
      api.app.inject({
        method: 'POST',
        url: '/api/v1/auth/login',
        payload: { email: 'nobody@example.com', password: 'wrong' },
      });
    for (let turn = 0; turn < 20; turn += 1) expect((await login()).statusCode).toBe(401);
    const refused = await login();
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.json()).toMatchObject({ code: 'too_many_requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it('leave probes and other routes alone', async () => {
    for (let turn = 0; turn < 25; turn += 1) {
      expect((await api.app.inject({ method: 'GET', url: '/live' })).statusCode).toBe(200);
    }
    expect((await api.app.inject({ method: 'GET', url: '/ready' })).statusCode).toBe(200);
  });
});
