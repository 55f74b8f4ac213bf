import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
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
 * @param program one of the programs to be run
 * @throws Refusal when the directory belongs to somebody else, or `nobody` cannot get there
 */
export function chooseAccount(directory: string, program: string): PostgresAccount {
  const own = process.getuid?.();
  const { uid: owner } = statSync(directory);
  const isEmpty = readdirSync(directory).length === 0;
  if (own !== 0) {
    if (owner !== own) throw new Refusal(belongsToAnother(directory, owner));
    return { prefix: [] };
  }
  const namespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
  if (owner === 0 && succeeds([...namespace, 'true'])) return { prefix: namespace };
  if (owner === 0 && isEmpty) giveToNobody(directory);
  else if (owner !== NOBODY) throw new Refusal(belongsToAnother(directory, owner));
  const closed = [directory, program].find((path) => !succeeds(['test', '-x', path], NOBODY));
  if (closed === undefined) return { prefix: [], uid: NOBODY };
  throw new Refusal(
    `Postgres does not run as root, user namespaces are forbidden here, and the user nobody may not enter ${closed}. ` +
      'Run the command as an ordinary user (su - somebody), or set DATABASE_URL to a Postgres of your own.',
  );
}

/** The folder above is opened for passing through, not for reading: what lies in it has modes of its own. */
function giveToNobody(directory: string): void {
  chownSync(directory, NOBODY, NOBODY);
  chmodSync(dirname(directory), 0o711);
}

/** Linux only: a prefix that lets the kernel signal a program when the process that started it dies, even by kill -9. */
export function diesWithParent(signal: 'INT' | 'TERM'): string[] {
  const prefix = ['setpriv', '--pdeathsig', signal, '--'];
  return process.platform === 'linux' && succeeds([...prefix, 'true']) ? prefix : [];
}

function succeeds([command = '', ...rest]: string[], uid?: number): boolean {
  return spawnSync(command, rest, { stdio: 'ignore', cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) }).status === 0;
}

function belongsToAnother(directory: string, owner: number): string {
  return (
    `${directory} belongs to user ${owner}, and this process may not run a database in it. ` +
    'Start as that user, or set STENO_HOME to another folder.'
  );
}
