import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { PROJECT } from '../project.ts';
import { plantTree } from './planted-tree.ts';

const CONFIG = '.dependency-cruiser.cjs';
const PAGE = 'docs/rooms.md';
const CRUISER = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

const packageNamed = (name: string): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js', types: 'index.d.ts' }),
  [`node_modules/${name}/index.js`]: 'exports.made = 1;',
  [`node_modules/${name}/index.d.ts`]: 'export declare const made: number;',
});

/** A small house in which everything is allowed, and everything that is allowed occurs. */
const CLEAN: Record<string, string> = {
  'package.json': JSON.stringify({
    type: 'module',
    imports: (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { imports: object }).imports,
    dependencies: { declared: '1.0.0' },
    devDependencies: { workbench: '1.0.0' },
  }),
  ...packageNamed('declared'),
  ...packageNamed('workbench'),
  ...packageNamed('stray'),
  'libs/errors/index.ts': `export const errors = 1;`,
  'libs/errors/http/index.ts': `import { access } from '#identity/http';\nexport const filter = access;`,
  'libs/queues/index.ts': `import { errors } from '#errors';\nexport { names } from './names.js';\nexport const queues = errors;`,
  'libs/queues/names.ts': `export const names = 1;`,
  'libs/queues/worker/index.ts': `import { names } from '../names.js';\nexport const handler = names;`,
  'libs/identity/index.ts': `import { errors } from '#errors';\nexport const identity = errors;`,
  'libs/identity/http/index.ts': `import { identity } from '../index.js';\nexport const access = identity;`,
  'libs/speech/index.ts': `export const speech = 1;`,
  'libs/speech/worker/index.ts': `export const speaking = 1;`,
  'libs/audio/index.ts': `import { queues } from '#queues';\nimport { made } from 'declared';\nexport const audio = queues + made;`,
  'libs/audio/typed.ts': `import type { made } from 'workbench';\nexport type Made = typeof made;`,
  'libs/audio/http/index.ts': `import { access } from '#identity/http';\nexport const controller = access;`,
  'libs/audio/worker/index.ts': `import { handler } from '#queues/worker';\nexport const prepare = handler;`,
  'libs/audio/audio.spec.ts': `import { clock } from '#testing/clock';\nimport { made } from 'workbench';\nexport const test = clock + made;`,
  'libs/testing/clock/index.ts': `import { made } from 'workbench';\nexport const clock = made;`,
  'apps/api/src/main.ts': `import { controller } from '#audio/http';\nexport const api = controller;`,
  'apps/transcription-worker/src/main.ts': `import { prepare } from '#audio/worker';\nexport const worker = prepare;`,
  'test/e2e/journey.e2e-spec.ts': `import { clock } from '#testing/clock';\nexport const journey = clock;`,
  'tools/check/main.ts': `import { made } from 'workbench';\nexport const main = made;`,
  'clients/typescript/src/index.ts': `export const client = 1;`,
  'clients/typescript/src/client.spec.ts': `import { made } from 'workbench';\nexport const test = made;`,
  'clients/cli/src/main.ts': `import { client } from '../../typescript/src/index.ts';\nimport { made } from 'declared';\nexport const cli = client + made;`,
};

/** For each rule the files that break it, and only it. */
const VIOLATIONS: Record<string, Record<string, string>> = {
  'no-cycle': {
    'libs/speech/hen.ts': `import { egg } from './egg.js';\nexport const hen = () => egg;`,
    'libs/speech/egg.ts': `import { hen } from './hen.js';\nexport const egg = () => hen;`,
  },
  'every-import-resolves': {
    'libs/speech/lost.ts': `export { nothing } from '#nowhere';`,
    'libs/speech/lost-file.ts': `export { nothing } from './nowhere.js';`,
  },
  'libs-never-import-apps': { 'libs/speech/upside-down.ts': `export { api } from '../../apps/api/src/main.js';` },
  'apps-never-import-apps': {
    'apps/api/src/neighbour.ts': `export { worker } from '../../transcription-worker/src/main.js';`,
  },
  'rooms-by-their-doors': { 'libs/audio/window.ts': `export { names } from '../queues/names.js';` },
  'doors-from-outside': {
    'apps/api/src/window.ts': `export { names } from '../../../libs/queues/names.js';`,
    'test/e2e/window.ts': `export { names } from '../../libs/queues/names.js';`,
  },
  'http-only-from-api': {
    'apps/transcription-worker/src/serving.ts': `export { controller } from '#audio/http';`,
    'libs/identity/serving.ts': `export { access } from './http/index.js';`,
    'libs/audio/worker/serving.ts': `export { controller } from '../http/index.js';`,
  },
  'worker-only-from-worker': {
    'apps/api/src/working.ts': `export { prepare } from '#audio/worker';`,
    'libs/queues/working.ts': `export { handler } from './worker/index.js';`,
    'libs/audio/http/working.ts': `export { handler } from '#queues/worker';`,
  },
  'neighbours-of-errors': {
    'libs/errors/upwards.ts': `export { identity } from '#identity';`,
    'libs/errors/http/upwards.ts': `export { audio } from '#audio';`,
  },
  'neighbours-of-identity': {
    'libs/identity/upwards.ts': `import type { audio } from '#audio';\nexport type Audio = typeof audio;`,
  },
  'neighbours-of-audio': { 'libs/audio/worker/stranger.ts': `export { speech } from '#speech';` },
  'testing-only-from-tests': { 'libs/audio/doubled.ts': `export { clock } from '#testing/clock';` },
  'tools-stay-outside': { 'libs/audio/tooled.ts': `export { main } from '../../tools/check/main.js';` },
  'clients-stand-alone': { 'clients/cli/src/insider.ts': `export { errors } from '../../../libs/errors/index.ts';` },
  'product-without-clients': { 'libs/audio/outsider.ts': `export { client } from '../../clients/typescript/src/index.ts';` },
  'client-brings-no-package': { 'clients/typescript/src/heavy.ts': `export { made } from 'declared';` },
  'no-dev-package-in-production': { 'libs/audio/benched.ts': `export { made } from 'workbench';` },
  'packages-are-declared': { 'libs/audio/borrowed.ts': `export { made } from 'stray';` },
};

interface Violation {
  from: string;
  rule: { name: string };
  /** The files of a circle, which is reported once. */
  cycle?: { name: string }[];
}

interface Cruise {
  summary: { totalDependenciesCruised: number; violations: Violation[] };
}

const planted: string[] = [];

function cruise(files: Record<string, string>, page = readFileSync(join(PROJECT, PAGE), 'utf8')) {
  const directory = plantTree({ files: { ...files, [PAGE]: page }, copied: [CONFIG], packages: false });
  planted.push(directory);
  const roots = ['apps', 'libs', 'clients', 'test', 'tools'];
  return spawnSync(process.execPath, [CRUISER, '--config', CONFIG, '--output-type', 'json', ...roots], {
    cwd: directory,
    encoding: 'utf8',
  });
}

/** The rules that each file broke. */
function brokenRules(output: string): Record<string, string[]> {
  const { violations } = (JSON.parse(output) as Cruise).summary;
  const pairs = violations.flatMap(({ from, rule, cycle }) =>
    (cycle?.map(({ name }) => name) ?? [from]).map((file) => ({ file, rule: rule.name })),
  );
  const files = [...Map.groupBy(pairs, ({ file }) => file)];
  return Object.fromEntries(files.map(([file, all]) => [file, [...new Set(all.map(({ rule }) => rule))]]));
}

describe('the dependency rules', () => {
  afterEach(() => {
    for (const directory of planted.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  it('let a clean house pass, and see every import of it', () => {
    const { stdout } = cruise(CLEAN);
    expect(brokenRules(stdout)).toEqual({});
    const imports = Object.entries(CLEAN)
      .filter(([path]) => path.endsWith('.ts') && !path.startsWith('node_modules/'))
      .reduce((sum, [, text]) => sum + (text.match(/from '/g)?.length ?? 0), 0);
    expect((JSON.parse(stdout) as Cruise).summary.totalDependenciesCruised).toBe(imports);
  });

  it('each name the files that break it, and no other rule does', () => {
    const files = Object.assign({}, ...Object.values(VIOLATIONS)) as Record<string, string>;
    const expected = Object.entries(VIOLATIONS).flatMap(([rule, broken]) => Object.keys(broken).map((file) => [file, [rule]]));
    expect(brokenRules(cruise({ ...CLEAN, ...files }).stdout)).toEqual(Object.fromEntries(expected));
  });

  it('are all proven here', () => {
    const config = readFileSync(join(PROJECT, CONFIG), 'utf8');
    const names = [...config.matchAll(/^ {6}name: '([a-z-]+)'/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => name !== undefined && !(name in VIOLATIONS))).toEqual([]);
  });

  it('refuse a room without a row in docs/rooms.md', () => {
    const { status, stderr } = cruise({ ...CLEAN, 'libs/cellar/index.ts': 'export const wine = 1;' });
    expect(status).not.toBe(0);
    expect(stderr).toContain('libs/cellar has no row in docs/rooms.md.');
  });

  it('refuse a page that lets a room import one that stands above it, or one that does not exist', () => {
    const page = [
      '## Ground',
      '| errors | errors of the field | | | identity, cellar |',
      '## Services of the field',
      '| identity | users | | | errors |',
      '| audio | recordings | | | |',
      '| queues | jobs | | | |',
      '| speech | providers | | | |',
      '| testing | doubles | | | |',
    ].join('\n');
    const { status, stderr } = cruise(CLEAN, page);
    expect(status).not.toBe(0);
    expect(stderr).toContain('docs/rooms.md lets errors import identity, which stands above it.');
    expect(stderr).toContain('docs/rooms.md lets errors import cellar, which has no row.');
  });
});
