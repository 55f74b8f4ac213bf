import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROJECT } from '../project.ts';

const SOURCES = globSync('{apps,libs}/**/*.ts', { cwd: PROJECT });

describe('the classes of requests and answers', () => {
  it('have a name each: of two with one name, the OpenAPI document would show the other', () => {
    const names = SOURCES.flatMap((path) =>
      [...readFileSync(join(PROJECT, path), 'utf8').matchAll(/^(?:export )?class (\w+Dto)\b/gm)].map(([, name]) => name),
    );
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
