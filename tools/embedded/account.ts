import { spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { Refusal } from '../refusal.ts';

/** How the Postgres programs are started: a prefix of the command line, or another uid. */
export interface PostgresAccount {
  prefix: string[];
  uid?: number;
}

/** Debian's `nobody`, there on every Linux. */
const NOBODY = 65_534;

/**
 * Postgres refuses to run as root. As root it runs in a user namespace, where it sees itself as user 1000 and still owns what root
 * owns (no account is made and /root stays readable); where namespaces are forbidden, as `nobody`.
 * @param directory what the database owns; it stays with the account that made it
 * @param isNew whether nothing is in it yet
 * @throws Refusal when the directory belongs to somebody else
 */
export function chooseAccount(directory: string, isNew: boolean): PostgresAccount {
  const own = process.getuid?.() ?? 0;
  const { uid: owner } = statSync(directory);
  if (own !== 0 || process.platform === 'win32') {
    if (owner !== own && process.platform !== 'win32') throw new Refusal(belongsToAnother(directory, owner));
    return { prefix: [] };
  }
  const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
  if (owner === 0 && runs([...namespace, 'true'])) return { prefix: namespace };
  if (owner === 0 && isNew) chownSync(directory, NOBODY, NOBODY);
  else if (owner !== NOBODY) throw new Refusal(belongsToAnother(directory, owner));
  return { prefix: [], uid: NOBODY };
}

/** Linux only: a prefix that lets the kernel stop Postgres when the process that started it dies, even by kill -9. */
export function diesWithParent(): string[] {
  const prefix = ['setpriv', '--pdeathsig', 'INT', '--'];
  return process.platform === 'linux' && runs([...prefix, 'true']) ? prefix : [];
}

function runs([command, ...rest]: string[]): boolean {
  return command !== undefined && spawnSync(command, rest, { stdio: 'ignore' }).status === 0;
}

function belongsToAnother(directory: string, owner: number): string {
  return (
    `${directory} belongs to user ${owner}, and this process may not run a database in it. ` +
    'Start as that user, or set STENO_HOME to another folder.'
  );
}
