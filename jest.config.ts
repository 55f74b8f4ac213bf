import type { Config } from 'jest';

/** What every kind of test shares: native ES modules, TypeScript by swc, doors of rooms resolved to their sources. */
const shared: Config = {
  runtime: '<rootDir>/tools/test/runtime/process-runtime.ts',
  testEnvironment: '<rootDir>/tools/test/runtime/process-environment.ts',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/clients/[^/]+/dist'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
};

/**
 * Three kinds: `unit` starts nothing outside the process, `medium` uses real servers (Postgres, both queue backends, ffmpeg),
 * `e2e` runs the built app and worker as processes and speaks HTTP to them.
 */
const config: Config = {
  // Generous, for machines that do other things besides; what must be quick is measured by its test.
  testTimeout: 30_000,
  // Installations that one file of e2e starts at once, while another one starts its own.
  maxConcurrency: 3,
  testSequencer: '<rootDir>/tools/test/heaviest-first.ts',
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/{apps,libs,clients,tools}/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'medium',
      testMatch: ['<rootDir>/{apps,libs,clients,tools}/**/*.medium-spec.ts'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'] },
  ],
};

export default config;
