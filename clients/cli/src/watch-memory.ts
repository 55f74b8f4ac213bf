import { createHash, randomUUID } from 'node:crypto';
import { relative } from 'node:path';
import { type Contents, isSame, readContents, stampOf } from './files.ts';
import { Journal } from './journal.ts';
import { stateFile } from './places.ts';
import type { Wish } from './wish.ts';
import type { World } from './world.ts';

/** What became of a recording, by what it holds and not by its name. */
export type Remembered =
  | Sent
  | { state: 'ordered'; transcriptionId: string }
  | { state: 'done'; transcriptionId: string; output: string }
  | { state: 'failed'; transcriptionId?: string; reason: string };

/** The server has it. It may have the order, too: that goes out again as it is, whatever is wished for by then, and is made once. */
export interface Sent {
  state: 'sent';
  recordingId: string;
  wish: Wish;
}

type Entry = Remembered | { id: string } | Contents;

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

  /** What a file holds; one that has not changed since it was read is not read again. @throws StillChanging */
  async read(path: string, signal: AbortSignal): Promise<Contents> {
    const key = `file ${relative(this.folder, path)}`;
    const known = this.journal.get(key);
    if (known !== undefined && 'bytes' in known && isSame(await stampOf(path), known)) return known;
    const contents = await readContents(path, signal);
    await this.journal.set(key, contents);
    return contents;
  }

  recall(sha256: string): Remembered | undefined {
    const entry = this.journal.get(sha256);
    return entry !== undefined && 'state' in entry ? entry : undefined;
  }

  async remember(sha256: string, remembered: Remembered): Promise<void> {
    await this.journal.set(sha256, remembered);
  }

  /**
   * The key of a request for a recording: the same each time, so that a crash between the request and the line that remembers its answer
   * makes nothing twice. The server knows it for a day.
   * @param parts what tells the request from others
   */
  keyOf(sha256: string, ...parts: string[]): string {
    return createHash('sha256')
      .update(JSON.stringify([this.id, sha256, ...parts]))
      .digest('hex');
  }
}
