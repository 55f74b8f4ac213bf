import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedOperations } from './documented-operations.fixture.js';
import { exchange } from './raw-exchange.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const operations = await documentedOperations();
const paths = [...Map.groupBy(operations, ({ path }) => path)].map(
  ([path, some]) => [path, some.map(({ method }) => method)] as const,
);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.app.listen(0, '127.0.0.1');
});
afterAll(() => api.stop());

describe('a method that a path does not have', () => {
  it.each(paths)('is answered 405 with those it has: %s (item 19)', async (path, documented) => {
    const url = path.replaceAll(/\{\w+\}/g, '019aa3a1-2b3c-7d4e-8f50-617283940a1b');
    const allow = [...documented, ...(documented.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
    for (const method of [...METHODS, 'OPTIONS', 'TRACE'] as const) {
      if (documented.some((known) => known === method)) continue;
      // Tells what it speaks of a protocol that has a question for it.
      if (method === 'OPTIONS' && path === '/api/v1/uploads/resumable') continue;
      // light-my-request has no type for TRACE, and sends it
      const answer = await api.app.inject({ method: method as 'GET', url: `${url}?a=1` });
      const taken = overlapping(path).includes(method);
      if (taken) continue;
      expect([method, answer.statusCode]).toEqual([method, 405]);
      const [code, said] = ['method_not_allowed', expect.stringContaining(`not ${method}`)];
      const told = path.startsWith('/v1/') ? { error: { code, message: said } } : { code, detail: said };
      expect(answer.json()).toMatchObject(told);
      expect(String(answer.headers.allow).split(', ')).toEqual(expect.arrayContaining(allow.split(', ')));
    }
  });

  it('is 404 where there is no path, too', async () => {
    for (const method of METHODS) {
      expect((await api.app.inject({ method, url: '/api/v1/nowhere' })).statusCode).toBe(404);
    }
  });

  it.each(['TRACE', 'PROPFIND', 'PURGE', 'M-SEARCH', 'QUERY'])(
    'is refused over the wire and echoes nothing: %s (item 19)',
    async (method) => {
      const { port } = new URL(await api.app.getUrl());
      const { answers } = await exchange(
        Number(port),
        `${method} /live HTTP/1.1\r\nHost: a\r\nX-Secret: hunter2\r\nConnection: close\r\n\r\n`,
      );
      expect(answers.map(({ status }) => status)).toEqual([405]);
      expect(JSON.stringify(answers)).not.toContain('hunter2');
    },
  );
});

/** Methods of other patterns that match the same path: /audio/{id} and /audio/upload. */
function overlapping(path: string): string[] {
  return operations
    .filter((other) => new RegExp(`^${other.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .map(({ method }) => method);
}
