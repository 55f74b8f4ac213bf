/**
 * The direction of the house, checked: ground ← services of the field ← rooms ← apps, everything by its door.
 * Which room may import which is read from docs/rooms.md, so that the page and the check cannot disagree.
 */
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** From the bottom up: a room imports its own layer or one below. The headings of docs/rooms.md. */
const LAYERS = ['Ground', 'Services of the field', 'Rooms'];

/** Specs, contract suites and fixtures that specs use, the doubles, end-to-end tests, benchmarks. */
const TEST_CODE = [
  '\\.(spec|medium-spec|e2e-spec)\\.ts$',
  '[.-](contract|fixture)\\.ts$',
  '^libs/testing/',
  '^apps/[^/]+/test/',
  '^test/',
  '^bench/',
];

const DOORS = ['^libs/[^/]+/((http|worker)/)?index\\.ts$', '^libs/testing/[^/]+/index\\.ts$'];

/** A room's folders: all but its two parts, and the parts. A part may use the same part of any other room. */
const PARTS = [
  { from: '(?!http/|worker/)', freedom: [] },
  { from: 'http/', freedom: ['^libs/[^/]+/http/index\\.ts$'] },
  { from: 'worker/', freedom: ['^libs/[^/]+/worker/index\\.ts$'] },
];

/** The rows of docs/rooms.md: room → its layer and the neighbours it may import. */
function readRooms() {
  const rooms = new Map();
  let layer = -1;
  for (const line of readFileSync(join(__dirname, 'docs/rooms.md'), 'utf8').split('\n')) {
    if (line.startsWith('## ')) layer = LAYERS.indexOf(line.slice(3).trim());
    const cells = line.startsWith('|') ? line.split('|').map((cell) => cell.trim()) : [];
    const [, room, , , , neighbours] = cells;
    if (room === undefined || room === 'room' || /^-+$/.test(room)) continue;
    rooms.set(room, { layer, neighbours: neighbours === '' ? [] : neighbours.split(/,\s*/) });
  }
  return rooms;
}

/** @throws Error when the page contradicts itself or leaves a room out */
function checkPage(rooms) {
  const folders = readdirSync(join(__dirname, 'libs'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const missing = folders.filter(({ name }) => !rooms.has(name)).map(({ name }) => `libs/${name} has no row in docs/rooms.md.`);
  const wrong = [...rooms].flatMap(([room, { layer, neighbours }]) =>
    neighbours.flatMap((neighbour) => {
      const below = rooms.get(neighbour);
      if (below === undefined) return [`docs/rooms.md lets ${room} import ${neighbour}, which has no row.`];
      return below.layer > layer ? [`docs/rooms.md lets ${room} import ${neighbour}, which stands above it.`] : [];
    }),
  );
  const problems = [...missing, ...wrong];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function neighbourRules(rooms) {
  return [...rooms].flatMap(([room, { neighbours }]) =>
    PARTS.map(({ from, freedom }) => ({
      name: `neighbours-of-${room}`,
      comment: `${room} imports only the neighbours that docs/rooms.md lists for it.`,
      severity: 'error',
      from: { path: `^libs/${room}/${from}` },
      to: { path: '^libs/', pathNot: [...[room, ...neighbours, 'testing'].map((name) => `^libs/${name}/`), ...freedom] },
    })),
  );
}

const rooms = readRooms();
checkPage(rooms);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that import each other in a circle cannot be read, tested or moved one by one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-import-resolves',
      comment: 'An import that this check cannot follow is one whose rules it cannot check.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libs-never-import-apps',
      comment: 'The apps are the composition roots; nothing is below them to be reused.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'What two apps share is a room.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'rooms-by-their-doors',
      comment: 'Another room is reached by #room, #room/http or #room/worker, never by a file inside it.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', ...DOORS] },
    },
    {
      name: 'doors-from-outside',
      comment: 'Apps, tests and tools reach a room by #room, #room/http or #room/worker, never by a file inside it.',
      severity: 'error',
      from: { pathNot: '^libs/' },
      to: { path: '^libs/', pathNot: DOORS },
    },
    {
      name: 'http-only-from-api',
      comment: 'Controllers are for apps/api and for the http parts of other rooms. Nothing else of a room knows of HTTP.',
      severity: 'error',
      from: { pathNot: ['^apps/api/', '^libs/[^/]+/http/'] },
      to: { path: '^libs/[^/]+/http/' },
    },
    {
      name: 'worker-only-from-worker',
      comment:
        'Job handlers are for apps/transcription-worker and for the worker parts of other rooms. An API that takes jobs is a mistake.',
      severity: 'error',
      from: { pathNot: ['^apps/transcription-worker/', '^libs/[^/]+/worker/', ...TEST_CODE] },
      to: { path: '^libs/[^/]+/worker/' },
    },
    ...neighbourRules(rooms),
    {
      name: 'testing-only-from-tests',
      comment: 'Doubles never run in production.',
      severity: 'error',
      from: { pathNot: TEST_CODE },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'tools-stay-outside',
      comment: 'The tools work on the product and are not in its images.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'clients-stand-alone',
      comment: 'Clients are published by themselves: what they need of the product is made of its OpenAPI document.',
      severity: 'error',
      from: { path: '^clients/' },
      to: { path: '^(apps|libs|test|tools|bench)/' },
    },
    {
      name: 'product-without-clients',
      comment: 'Clients speak to the product from outside.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: '^clients/' },
    },
    {
      name: 'client-brings-no-package',
      comment: 'The TypeScript client runs in browsers and has no dependencies.',
      severity: 'error',
      from: { path: '^clients/typescript/src/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-production',
      comment: 'The images are installed without devDependencies. Types alone are fine.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-are-declared',
      comment: 'A package that is only there because another one brought it goes when that one changes. Types alone are fine.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.steno)/' },
    tsPreCompilationDeps: true,
    // `source` is the condition by which package.json leads #room to libs/room/index.ts; without it no door is ever seen.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
