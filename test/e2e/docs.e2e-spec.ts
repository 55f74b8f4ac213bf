import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from './requirements.js';
import { type Stack, startStack } from './stack.js';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { operationId?: string }>>;
}

describeWith(['postgres'], 'the documentation', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack({ workers: 0 });
  });
  afterAll(() => stack?.stop());

  it.each([
    ['/api/docs', /swagger-ui/],
    ['/api/redoc', /<redoc spec-url="\/api\/openapi\.json">/],
  ])('%s is a page whose scripts are served here', async (path, content) => {
    const response = await fetch(stack.origin + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('content-security-policy')).toMatch(/script-src 'self'/);
    const page = await response.text();
    expect(page).toMatch(content);
    const scripts = [...page.matchAll(/<script[^>]* src="([^"]+)"/g)].map(
      ([, source = '']) => new URL(source, response.url).href,
    );
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      expect(script.startsWith(stack.origin)).toBe(true);
      const served = await fetch(script);
      expect(served.status).toBe(200);
      expect(served.headers.get('content-type')).toMatch(/javascript/);
      await served.arrayBuffer();
    }
  });

  it('/api/openapi.json describes the routes', async () => {
    const response = await fetch(`${stack.origin}/api/openapi.json`);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const { openapi, paths } = (await response.json()) as OpenApi;
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/v1/auth/register', '/api/v1/audio/upload', '/api/v1/transcriptions/{id}/export', '/ready']),
    );
  });

  it('every route it names is there', async () => {
    const { paths } = (await (await fetch(`${stack.origin}/api/openapi.json`)).json()) as OpenApi;
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        const url = stack.origin + path.replace(/\{\w+\}/g, '019aa3a1-2b3c-7d4e-8f50-617283940a1b');
        const response = await fetch(url, { method: method.toUpperCase() });
        const body = await response.text();
        expect([method, path, body.includes('route_not_found')]).toEqual([method, path, false]);
      }
    }
  });
});
