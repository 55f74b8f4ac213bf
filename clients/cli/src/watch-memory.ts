import { createHash, randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { hashFile } from './files.ts';
import { Journal } from './journal.ts';
import { stateFile } from './places.ts';
import { type Keys, stampOf } from './transcriber.ts';
import type { Wish } from './wish.ts';
import type { World } from './world.ts';

/** What became of a recording, by what it holds and not by its name. */
export interface Remembered {
  state: 'ordered' | 'done' | 'failed';
  transcriptionId?: string;
  output?: string;
  reason?: string;
}

type Entry = Remembered | { id: string } | { sha256: string; bytes: number; changedAt: number };

const IDENTITY = 'memory';

/** What was sent from a folder to a server: a recording that is moved, renamed or copied is known, also after a restart. */
export class WatchMemory {
  private readonly journal: Journal<Entry>;
  private readonly folder: string;
  private readonly id: string;

  private constructor(journal: Journal<Entry>, folder: string, id: string) {
    this.journal = journal;
    this.folder = folder;
    this.id = id;
  }

  /** @param folder its real path */
  static async open(world: World, server: string, folder: string): Promise<WatchMemory> {
    const name = createHash('sha256').update(`${server}\n${folder}`).digest('hex').slice(0, 16);
    const journal = await Journal.open<Entry>(stateFile(world, `watch-${name}.jsonl`));
    const known = journal.get(IDENTITY);
    const id = known !== undefined && 'id' in known ? known.id : randomUUID();
    if (known === undefined) await journal.set(IDENTITY, { id });
    return new WatchMemory(journal, folder, id);
  }

  /** The SHA-256 of a file; one that has not changed since it was hashed is not read again. */
  async hash(path: string, signal: AbortSignal): Promise<string> {
    const key = `file ${relative(this.folder, path)}`;
    const stamp = await stampOf(path);
    const known = this.journal.get(key);
    if (known !== undefined && 'bytes' in known && known.bytes === stamp.bytes && known.changedAt === stamp.changedAt)
      return known.sha256;
    const sha256 = await hashFile(path, signal);
    await this.journal.set(key, { sha256, ...stamp });
    return sha256;
  }

  recall(sha256: string): Remembered | undefined {
    const entry = this.journal.get(sha256);
    return entry !== undefined && 'state' in entry ? entry : undefined;
  }

  async remember(sha256: string, remembered: Remembered): Promise<void> {
    await this.journal.set(sha256, remembered);
  }

  /**
   * The keys of a recording's requests: the same each time, so that a crash between a request and the line that remembers its answer
   * makes nothing twice.
   */
  keysOf(sha256: string, wish: Wish): Keys {
    const key = (part: string): string => createHash('sha256').update(`${this.id} ${sha256} ${part}`).digest('hex');
    return { upload: key('upload'), order: key(JSON.stringify(wish)) };
  }
}
