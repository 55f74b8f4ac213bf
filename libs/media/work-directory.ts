import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rm, stat, statfs, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FieldError } from '#errors';
import { mediaErrors } from './media.errors.js';

/** steno-work.<machine>.<pid>.<start>.<name>.<random> */
const NAME = /^steno-work\.(?<machine>[0-9a-f]{12})\.(?<pid>\d+)\.(?<start>\d+)\./;
/** How often a live process shows on its directories that it lives. */
const SIGN_OF_LIFE_MS = 60_000;
/** A process elsewhere that has shown no sign of life for so long is dead. */
const DEAD_AFTER_MS = 15 * SIGN_OF_LIFE_MS;

/**
 * Gives the work a private directory that is removed whatever happens.
 * @param root folder in which the directory is made
 * @param name what the work is, for whoever looks into the folder
 * @param bytes how much the work will write
 * @throws FieldError `insufficient_storage` when the disk has not that much left
 */
export async function withWorkDirectory<T>(
  root: string,
  { name, bytes }: { name: string; bytes: number },
  work: (directory: string) => Promise<T>,
): Promise<T> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  await demandSpace(root, bytes);
  const directory = join(root, `steno-work.${await owner()}.${name.replace(/[^A-Za-z0-9-]/g, '_')}.${randomUUID()}`);
  await mkdir(directory, { mode: 0o700 });
  const signOfLife = setInterval(() => {
    const now = new Date();
    // The work may just have ended and the directory be gone.
    utimes(directory, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_MS).unref();
  try {
    return await work(directory);
  } finally {
    clearInterval(signOfLife);
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Removes the directories of processes that died at work. Run at process start.
 * @param root the folder given to `withWorkDirectory`
 * @returns how many were removed
 */
export async function sweepWorkDirectories(root: string): Promise<number> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const abandoned: string[] = [];
  for (const entry of await readdir(root)) {
    if (await isAbandoned(root, entry)) abandoned.push(entry);
  }
  for (const entry of abandoned) await rm(join(root, entry), { recursive: true, force: true });
  return abandoned.length;
}

async function isAbandoned(root: string, entry: string): Promise<boolean> {
  const found = NAME.exec(entry)?.groups;
  if (found === undefined) return false;
  if (found.machine === (await machine())) return (await startOf(Number(found.pid))) !== found.start;
  // Of another machine or container that shares the folder (or of this one before it was restarted): its processes cannot be seen from here.
  const changed = await stat(join(root, entry)).catch(() => undefined);
  return changed !== undefined && Date.now() - changed.mtimeMs > DEAD_AFTER_MS;
}

async function owner(): Promise<string> {
  return `${await machine()}.${process.pid}.${(await startOf(process.pid)) ?? 0}`;
}

/** Marks the processes that see each other: this host, since it was started, in this container. */
async function machine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const container = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${hostname()} ${boot} ${container}`).digest('hex').slice(0, 12);
}

/**
 * When a process began, which tells it from a later one with the same id.
 * @returns clock ticks since the machine started (proc(5), field 22 of stat); 0 where there is no /proc; undefined when there is no such process
 */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return isRunning(pid) ? '0' : undefined;
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // Field 2 is the program's name in parentheses and may hold spaces and parentheses itself.
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function demandSpace(root: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new FieldError(
    mediaErrors.insufficient_storage,
    `Working on this recording needs ${megabytes(bytes)} MB of disk and ${megabytes(free)} MB are free on the server. Free some space and try again.`,
    { members: { neededBytes: bytes, freeBytes: free } },
  );
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
