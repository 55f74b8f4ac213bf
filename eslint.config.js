import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TESTS = ['**/*.{spec,medium-spec,e2e-spec}.ts'];

/** Each entry: what is refused in production code and tests alike, and what to write instead. */
const REFUSED_SYNTAX = [
  {
    selector: "CallExpression[callee.type='MemberExpression'][callee.property.name='pipe']",
    message: 'A `.pipe()` forgets errors and leaves the other stream open. Use `pipeline` from node:stream/promises.',
  },
  {
    selector: "CallExpression[callee.type='MemberExpression'][callee.property.name='save']",
    message: 'A `.save()` reads, compares and overwrites what another process wrote. Use `insert`, or `update` with a condition.',
  },
  {
    selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
    message: '`as unknown as` says nothing that was checked. Narrow the value, or give it its type where it is made.',
  },
];

const QUERY_RUNNERS = [
  {
    selector: "CallExpression[callee.property.name='createQueryRunner'], NewExpression[callee.name='QueryRunner']",
    message: 'Transactions and connections belong to libs/database. Ask its `Database`.',
  },
];

/** The modifiers by which a test leaves others, or itself, out of every run. A condition may still choose between both forms. */
const LEFT_OUT_TESTS = [
  {
    selector:
      'CallExpression > MemberExpression.callee[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|failing|todo)$/], CallExpression > MemberExpression.callee > MemberExpression.object[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|failing)$/]',
    message: 'Every test runs, always. Remove `only` and `skip`; mend or delete the test.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
    message: 'Every test runs, always. Use `describe` and `it`; mend or delete the test.',
  },
];

const ENVIRONMENT_MESSAGE = 'Only libs/config reads the environment. Ask `Config` for the setting.';

export default defineConfig(
  { ignores: ['dist/', 'clients/*/dist/', 'clients/*/src/generated/', 'node_modules/', '.steno/', 'coverage/', 'openapi/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/require-await': 'error',
      // A default is an answer for all the rest; without one every case must be there.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      // Files with decorators are left alone by this rule: what a constructor names must stay a value for Nest to inject it.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT_MESSAGE }],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:process', 'process'].map((name) => ({ name, importNames: ['env'], message: ENVIRONMENT_MESSAGE })),
          patterns: [{ group: ['../../../*'], message: 'A room is reached by its door (`#room`), not by climbing up to it.' }],
        },
      ],
      'no-restricted-syntax': ['error', ...REFUSED_SYNTAX, ...QUERY_RUNNERS],
    },
  },
  {
    files: ['libs/database/**'],
    rules: { 'no-restricted-syntax': ['error', ...REFUSED_SYNTAX] },
  },
  {
    files: ['libs/config/**', 'libs/testing/**', 'clients/{cli,python}/**', 'test/**', 'tools/**', 'bench/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['tools/**', 'bench/**', 'test/chaos/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // A stub keeps the form of what it stands for, also where it has nothing to wait for.
    files: [...TESTS, 'libs/testing/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    files: TESTS,
    rules: {
      'max-lines': ['error', { max: 700, skipBlankLines: false, skipComments: false }],
      'no-restricted-syntax': ['error', ...REFUSED_SYNTAX, ...LEFT_OUT_TESTS],
    },
  },
);
