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

  it('run as nobody special', () => {
    for (const app of ['api', 'transcription-worker']) {
      expect(read(`docker/${app}.Dockerfile`)).toMatch(/^USER node$/m);
    }
  });
});
