import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Two processes that find the same dead owner may both take its lock; the later one wins, the earlier sees it after this while. */
const SETTLE_MS = 100;

/**
 * Takes a lock that ends with its process: a file that holds the process id. The lock of a dead process is taken over.
 * @param {string} file its folder is made when missing
 * @returns {Promise<{ owner: number, release?: undefined } | { owner: number, release: () => void }>}
 *   `release` when this process has it now; without, the living process `owner` has it
 */
export async function takeLock(file) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      await sleep(SETTLE_MS);
      if (ownerOf(file) === process.pid) return { owner: process.pid, release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const owner = ownerOf(file);
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) return { owner };
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function ownerOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Whether a process with this id runs. One that has ended and that nobody has asked about yet does not (in a container without an
 * init such remain for ever).
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return !hasEnded(pid);
}

/** @param {number} pid */
function hasEnded(pid) {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false; // gone in between, or hidden from this user: the signal knows better
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
