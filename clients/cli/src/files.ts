import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that it is there whole or not at all, also when the machine stops. @param mode such as 0o600 */
export async function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.part`;
  try {
    const file = await open(draft, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Size and time of change of a file (milliseconds since 1970): while both stay, so do its bytes. */
export interface Stamp {
  bytes: number;
  changedAt: number;
}

export async function stampOf(path: string): Promise<Stamp> {
  const { size, mtimeMs } = await stat(path);
  return { bytes: size, changedAt: mtimeMs };
}

export function isSame(one: Stamp, other: Stamp): boolean {
  return one.bytes === other.bytes && one.changedAt === other.changedAt;
}

/** What a file held, and when. */
export interface Contents extends Stamp {
  /** Hexadecimal. */
  sha256: string;
}

/** A file is being written. */
export class StillChanging extends Error {
  constructor(path: string) {
    super(`${path} changed while it was read. Send it when it is complete.`);
  }
}

/** @throws StillChanging */
export async function readContents(path: string, signal?: AbortSignal): Promise<Contents> {
  const stamp = await stampOf(path);
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { signal })) hash.update(piece as Uint8Array);
  await refuseChanged(path, stamp);
  return { sha256: hash.digest('hex'), ...stamp };
}

/** @throws StillChanging when a file is not as it was */
export async function refuseChanged(path: string, stamp: Stamp): Promise<void> {
  if (!isSame(await stampOf(path), stamp)) throw new StillChanging(path);
}

/** Whether an error of the file system says that there is nothing. */
export function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
