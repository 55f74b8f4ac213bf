import { describe, expect, it } from '@jest/globals';
import { openApiText } from './openapi-text.ts';

describe('openApiText', () => {
  it('sorts paths and components, and leaves the order of everything else', () => {
    const text = openApiText({
      openapi: '3.1.0',
      info: { title: 'Steno', description: 'Speech' },
      paths: { '/b': { post: {}, get: {} }, '/a': {} },
      components: { securitySchemes: {}, schemas: { B: { properties: { id: {}, age: {} } }, A: {} } },
    });
    const order = [...text.matchAll(/"([\w/]+)":/g)].map(([, key]) => key).join(' ');
    expect(order).toBe(
      'openapi info title description paths /a /b post get components schemas A B properties id age securitySchemes',
    );
    expect(text.startsWith('{\n  "openapi"')).toBe(true);
    expect(text.endsWith('}\n')).toBe(true);
  });
});
