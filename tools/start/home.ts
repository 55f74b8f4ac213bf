import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { takeLock } from '../lock.mjs';
import { codeOf, Refusal } from '../refusal.ts';

const MEGABYTE = 1_000_000;
const LEAST_FREE_MB = 200;
const WISHED_FREE_MB = 1_000;

/** What is generated once for an installation and kept in STENO_HOME/secrets.json. */
export interface Secrets {
  authSecret: string;
  masterKey: string;
  demo: { email: string; password: string };
}

/**
 * Makes STENO_HOME where needed and takes it for this process.
 * @returns gives it back
 * @throws Refusal when another launch has it, or without permission
 */
export async function takeHome(home: string): Promise<() => void> {
  try {
    mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
    const lock = await takeLock(join(home, 'start.lock'));
    if (lock.release) return lock.release;
    throw new Refusal(
      `Steno already runs from ${home} (process ${lock.owner}). End it first (Ctrl-C there, or kill ${lock.owner}), ` +
        'or give this one its own place: STENO_HOME=.steno2 PORT=3001 npm start',
    );
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM' && codeOf(error) !== 'EROFS') throw error;
    throw new Refusal(`No permission to write to ${home}. Set STENO_HOME to a folder of yours: STENO_HOME=~/steno npm start`, {
      cause: error,
    });
  }
}

/**
 * Warns when little room is left on the disk of STENO_HOME.
 * @throws Refusal when it is too little
 */
export async function checkDisk(home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  const freeMb = Math.floor((bavail * bsize) / MEGABYTE);
  if (freeMb < LEAST_FREE_MB) {
    throw new Refusal(
      `Only ${freeMb} MB are free on the disk of ${home}; Steno wants ${LEAST_FREE_MB} MB at least. ` +
        'Free some space, or set STENO_HOME to a folder on another disk.',
    );
  }
  if (freeMb < WISHED_FREE_MB) console.warn(`Only ${freeMb} MB are free on the disk of ${home}: long recordings will not fit.`);
}

/**
 * The secrets of this installation, generated at its first start.
 * @throws Refusal when the file cannot be understood
 */
export function readSecrets(home: string): Secrets {
  const file = join(home, 'secrets.json');
  if (existsSync(file)) return parseSecrets(file);
  const secrets: Secrets = {
    authSecret: newSecret(),
    masterKey: newSecret(),
    demo: { email: 'demo@steno.example', password: randomBytes(12).toString('base64url') },
  };
  writeSecrets(file, secrets);
  return secrets;
}

function newSecret(): string {
  return randomBytes(48).toString('base64url');
}

/** Written beside and moved, so that a full disk or a kill leaves no half of it. */
function writeSecrets(file: string, secrets: Secrets): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function parseSecrets(file: string): Secrets {
  chmodSync(file, 0o600);
  try {
    const { authSecret, masterKey, demo } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
    if (authSecret && demo?.email && demo.password) {
      if (masterKey) return { authSecret, masterKey, demo };
      // Made by an earlier version, which sealed nothing.
      const completed = { authSecret, masterKey: newSecret(), demo };
      writeSecrets(file, completed);
      return completed;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Refusal(
    `${file} is damaged: it must hold { "authSecret": "…", "masterKey": "…", "demo": { "email": "…", "password": "…" } }. ` +
      'Put it back from a backup, or remove it: new secrets are made, and everybody has to sign in again.',
  );
}
