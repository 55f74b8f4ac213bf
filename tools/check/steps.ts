import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../project.ts';
import { outdatedFiles } from '../sync/generated-files.ts';
import { openApiDocument } from '../sync/built-product.ts';
import { schemaProblems } from './database-schema.ts';
import { openApiHistoryProblems } from './openapi-history.ts';
import { openApiLintProblems } from './openapi-lint.ts';
import { openApiProblems } from './openapi-rules.ts';
import { runNpm, runScript } from './program.ts';
import type { CheckStep } from './run-steps.ts';

const CODE = ['apps', 'libs', 'clients', 'test', 'tools', 'bench'].filter((folder) => existsSync(join(PROJECT, folder)));
const PROJECTS = ['tsconfig.json', 'tools/tsconfig.json', 'bench/tsconfig.json', 'clients/tsconfig.json'];

/** Everything that is checked, the quick ones first. */
export const STEPS: readonly CheckStep[] = [
  {
    name: 'format',
    holds: 'every file looks as prettier writes it',
    mend: 'npx prettier --write .',
    run: () => runScript('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  },
  {
    name: 'lint',
    holds: 'eslint finds nothing',
    mend: 'npx eslint --fix . (and by hand what it leaves)',
    run: () => runScript('eslint/bin/eslint.js', ['--max-warnings=0', '.']),
  },
  {
    name: 'types',
    holds: 'the compiler accepts product, clients, tests and tools',
    mend: 'by hand, then: npm run check -- types',
    run: async () => {
      const outputs = await Promise.all(
        PROJECTS.map((project) => runScript('typescript/bin/tsc', ['--noEmit', '--pretty', 'false', '-p', project])),
      );
      return joined(outputs);
    },
  },
  {
    name: 'dependencies',
    holds: 'rooms are entered by their doors, and only by the neighbours of docs/rooms.md',
    mend: 'move what is shared into the right room, or change the row in docs/rooms.md',
    run: () => runScript('dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.cjs', ...CODE]),
  },
  {
    name: 'generated',
    holds: 'the generated files are those of the sources',
    mend: 'npm run sync',
    run: async () => listed((await outdatedFiles()).map(({ path }) => `${path} is not what the sources make.`)),
  },
  {
    name: 'openapi',
    holds: 'every route says what it takes, gives and refuses, with examples',
    mend: 'complete the decorators of the routes named above, then: npm run sync',
    run: async () => listed(openApiProblems(await openApiDocument())),
  },
  {
    name: 'openapi-lint',
    holds: 'the linters of Redocly and Spectral find nothing in the OpenAPI document',
    mend: 'complete the decorators of the routes named above, then: npm run sync',
    run: async () => listed(await openApiLintProblems(await openApiDocument())),
  },
  {
    name: 'openapi-history',
    holds: 'programs that were written for the earlier OpenAPI document go on working',
    mend: 'take the change back, or put the sentence (after "since …: ") into openapi/accepted-breaks.json with a reason',
    run: async () => listed(await openApiHistoryProblems(await openApiDocument())),
  },
  {
    name: 'schema',
    holds: 'migrations lead to the entities, and back to nothing',
    mend: 'write the statements named above (and their way back) into a migration in libs/database/migrations',
    run: async () => listed(await schemaProblems()),
  },
  {
    name: 'lock',
    holds: 'npm ci accepts package-lock.json',
    mend: 'npm install --package-lock-only --ignore-scripts',
    run: async () => {
      const output = await runNpm(['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
      return output === undefined ? undefined : lockComplaints(output);
    },
  },
];

function listed(problems: readonly string[]): string | undefined {
  return problems.length === 0 ? undefined : problems.join('\n');
}

function joined(outputs: readonly (string | undefined)[]): string | undefined {
  return listed(outputs.filter((output) => output !== undefined));
}

/** The lines of npm that say what does not fit; it prints its manual besides. */
function lockComplaints(output: string): string {
  const complaints = output.match(/(Invalid|Missing): .*/g);
  return complaints === null ? output : complaints.join('\n');
}
