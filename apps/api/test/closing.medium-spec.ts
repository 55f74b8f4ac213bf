import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SECURITY_HEADERS } from '../src/security-headers.js';
import { RawConnection } from './raw-exchange.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

const LIVE = 'GET /live HTTP/1.1\r\nHost: steno\r\n\r\n';

describe('the API without documentation', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ DOCS_ENABLED: 'false' });
  });
  afterAll(() => api.stop());

  it.each(['/api/docs', '/api/docs/', '/api/docs/swagger-ui.css', '/api/redoc', '/api/openapi.json', '/api/openapi.yaml'])(
    'has no %s (item 52)',
    async (url) => {
      const answer = await api.app.inject(url);
      expect([answer.statusCode, answer.json()]).toMatchObject([404, { code: 'route_not_found' }]);
    },
  );

  it('serves what else there is, and while it ends refuses on connections that are busy (item 15)', async () => {
    await api.app.listen(0, '127.0.0.1');
    const connection = await RawConnection.open(Number(new URL(await api.app.getUrl()).port));
    connection.send(
      LIVE + 'POST /api/v1/auth/login HTTP/1.1\r\nHost: steno\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
    );
    await sleep(100);
    const stopped = api.app.close();
    await sleep(100);
    connection.send(`{}${LIVE}`);
    expect(await connection.ended(3_000)).toBe(true);
    const [live, login, refused] = connection.answers();
    expect([live?.status, login?.status, refused?.status]).toEqual([200, 422, 503]);
    expect(refused?.headers).toMatchObject({ ...SECURITY_HEADERS, 'retry-after': '5', connection: 'close' });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'service_unavailable' });
    await stopped;
  });
});
