import { spawnSync } from 'node:child_process';
import { realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT } from '../project.ts';
import { plantTree } from './planted-tree.ts';

const COPIED = ['eslint.config.js', 'tsconfig.json', 'tools/tsconfig.json', 'package.json'];

const lines = (count: number) => 'export {};\n'.repeat(count);

/** For each file its text and the rules that must find something in it. */
const PLANTED: Record<string, [text: string, ...rules: string[]]> = {
  'libs/audio/floating.ts': [
    `import { rm } from 'node:fs/promises';\nexport function discard(): void {\n  rm('a');\n}\n`,
    '@typescript-eslint/no-floating-promises',
  ],
  'libs/audio/misused.ts': [
    `export const each = (all: string[], act: (one: string) => Promise<void>): void => all.forEach(async (one) => act(one));\n`,
    '@typescript-eslint/no-misused-promises',
  ],
  'libs/audio/any.ts': [`export const loose: any = 1;\n`, '@typescript-eslint/no-explicit-any'],
  'libs/audio/ignored.ts': [`// @ts-ignore: it works\nexport const wrong: string = 1;\n`, '@typescript-eslint/ban-ts-comment'],
  'libs/audio/switch.ts': [
    `export function say(state: 'on' | 'off'): string {\n  switch (state) {\n    case 'on':\n      return 'on';\n  }\n  return '';\n}\n`,
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  'libs/audio/type-import.ts': [
    `import { Readable } from 'node:stream';\nexport type Sound = Readable;\n`,
    '@typescript-eslint/consistent-type-imports',
  ],
  'libs/audio/environment.ts': [`export const port = process.env.PORT;\n`, 'no-restricted-properties'],
  'libs/audio/environment-import.ts': [
    `import { env } from 'node:process';\nexport const port = env.PORT;\n`,
    'no-restricted-imports',
  ],
  'libs/audio/http/dto/climbing.ts': [`export { speech } from '../../../speech/index.js';\n`, 'no-restricted-imports'],
  'libs/audio/pipe.ts': [
    `import type { Readable, Writable } from 'node:stream';\nexport const join = (from: Readable, to: Writable): Writable => from.pipe(to);\n`,
    'no-restricted-syntax',
  ],
  'libs/audio/save.ts': [
    `export const keep = (rows: { save(row: object): Promise<object> }): Promise<object> => rows.save({});\n`,
    'no-restricted-syntax',
  ],
  'libs/audio/runner.ts': [
    `export const runner = (source: { createQueryRunner(): object }): object => source.createQueryRunner();\n`,
    'no-restricted-syntax',
  ],
  'libs/audio/cast.ts': [`export const text = (value: number): string => value as unknown as string;\n`, 'no-restricted-syntax'],
  'libs/audio/swallowed.ts': [
    `export const attempt = (act: () => void): void => {\n  try {\n    act();\n  } catch {}\n};\n`,
    'no-empty',
  ],
  'libs/audio/equal.ts': [`export const same = (a: string, b: string): boolean => a == b;\n`, 'eqeqeq'],
  'libs/audio/printed.ts': [`console.log('here');\n`, 'no-console'],
  'libs/audio/long.ts': [lines(401), 'max-lines'],
  'libs/audio/long.spec.ts': [lines(701), 'max-lines'],
  'libs/audio/only.spec.ts': [
    `import { it } from '@jest/globals';\nit.only('one', () => undefined);\nit.skip.each([1])('%s', () => undefined);\n`,
    'no-restricted-syntax',
    'no-restricted-syntax',
  ],
  'libs/audio/focused.spec.ts': [`import { fit } from '@jest/globals';\nfit('one', () => undefined);\n`, 'no-restricted-syntax'],
  'test/e2e/floating.e2e-spec.ts': [
    `import { rm } from 'node:fs/promises';\nrm('a');\n`,
    '@typescript-eslint/no-floating-promises',
  ],
  'tools/floating.ts': [`import { rm } from 'node:fs/promises';\nrm('a');\n`, '@typescript-eslint/no-floating-promises'],

  // What must pass.
  'libs/speech/index.ts': [`export const speech = 1;\n`],
  'libs/audio/long-enough.ts': [lines(400)],
  'libs/audio/long-enough.medium-spec.ts': [lines(700)],
  'libs/config/config.ts': [`export const port = process.env.PORT;\n`],
  'libs/database/runner.ts': [
    `export const runner = (source: { createQueryRunner(): object }): object => source.createQueryRunner();\n`,
  ],
  'libs/audio/chosen.spec.ts': [
    `import { describe } from '@jest/globals';\nexport const where = (there: boolean) => (there ? describe : describe.skip);\n`,
  ],
  'libs/audio/counter.ts': [`import { Injectable } from '@nestjs/common';\n\n@Injectable()\nexport class Counter {}\n`],
  'libs/audio/injected.ts': [
    [
      `import { Injectable } from '@nestjs/common';`,
      `import { Counter } from './counter.js';`,
      `@Injectable()`,
      `export class Audio {`,
      `  constructor(private readonly counter: Counter) {}`,
      `  count = (): Counter => this.counter;`,
      `}\n`,
    ].join('\n'),
  ],
  'tools/printed.ts': [`console.log(process.env.PORT);\n`],
};

interface LintedFile {
  filePath: string;
  messages: { ruleId: string | null; message: string }[];
}

describe('the lint rules', () => {
  let directory: string;
  let found: Record<string, string[]>;

  beforeAll(() => {
    const files = Object.fromEntries(Object.entries(PLANTED).map(([path, [text]]) => [path, text]));
    directory = realpathSync(plantTree({ files, copied: COPIED, packages: true }));
    const eslint = join(PROJECT, 'node_modules/eslint/bin/eslint.js');
    const { stdout } = spawnSync(process.execPath, [eslint, '--format', 'json', 'libs', 'test', 'tools'], {
      cwd: directory,
      encoding: 'utf8',
    });
    const results = JSON.parse(stdout) as LintedFile[];
    found = Object.fromEntries(
      results.map(({ filePath, messages }) => [
        relative(directory, filePath),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      ]),
    );
  }, 60_000);

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(Object.entries(PLANTED))('judge %s', (path, [, ...rules]) => {
    expect(found[path]).toEqual(rules);
  });
});
