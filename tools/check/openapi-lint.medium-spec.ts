import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT } from '../project.ts';
import { openApiLintProblems } from './openapi-lint.ts';

const DOCUMENT = JSON.parse(readFileSync(join(PROJECT, 'openapi/openapi.json'), 'utf8')) as { info: object; tags: object[] };

describe('the linters of others', () => {
  it('are both asked, with all their rules', async () => {
    const small = {
      ...DOCUMENT,
      paths: {
        '/live': {
          get: {
            operationId: 'live',
            summary: 'Alive?',
            tags: ['health'],
            security: [],
            responses: { 200: { description: 'Yes.', content: { 'application/json': { schema: { $ref: '#/nowhere' } } } } },
          },
        },
      },
      webhooks: undefined,
      components: {},
    };
    const problems = await openApiLintProblems(small);
    expect(problems).toContainEqual(expect.stringMatching(/^#\/paths\/~1live\/get.*\(Redocly, no-unresolved-refs\)$/));
    expect(problems).toContainEqual(expect.stringMatching(/^#\/paths\/\/live\/get.*\(Spectral, operation-description\)$/));
  });
});
