import { join } from 'node:path';

/** The folder that holds package.json. */
export const PROJECT = join(import.meta.dirname, '..', '..');

/** A Postgres of one's own. */
export interface OwnPostgres {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

interface Launcher {
  startPostgres(options: { directory: string; durable: boolean; maxConnections: number }): Promise<OwnPostgres>;
  freePort(): Promise<number>;
  diesWithParent(signal: 'INT' | 'TERM'): string[];
  buildWhenStale(): Promise<number>;
  missingPrograms(names: readonly string[]): string[];
}

/**
 * What `npm start` is made of. Imported by path at run time: the launcher's sources run unbuilt, name each other with `.ts`, and
 * have a tsconfig of their own.
 */
async function load<Name extends keyof Launcher>(path: string, name: Name): Promise<Launcher[Name]> {
  const module = (await import(join(PROJECT, 'tools', path))) as Pick<Launcher, Name>;
  return module[name];
}

export const startPostgres = await load('embedded/postgres.ts', 'startPostgres');
export const freePort = await load('embedded/free-port.ts', 'freePort');
export const diesWithParent = await load('embedded/account.ts', 'diesWithParent');
export const missingPrograms = await load('system/packages.ts', 'missingPrograms');
export const buildWhenStale = await load('build/build.ts', 'buildWhenStale');
