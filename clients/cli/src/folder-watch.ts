import type { Stats } from 'node:fs';
import { watch } from 'chokidar';
import { type Pause, stays } from './settling.ts';
import { isRecording } from './sources.ts';

/** Recordings in a folder and below it, those that are there first: each is told when it has stopped changing, and again when it changes. */
export class FolderWatch {
  private readonly settleMs: number;
  private readonly found: (path: string) => void;
  private readonly failed: (error: unknown) => void;
  private readonly pause: Pause | undefined;
  private readonly ended = new AbortController();
  /** Files that are looked at until they settle, each by its latest turn. */
  private readonly turns = new Map<string, symbol>();
  private readonly watcher: ReturnType<typeof watch>;

  /**
   * Begins to watch.
   * @param settleMs how long a file must stay as it is
   */
  constructor(
    folder: string,
    settleMs: number,
    { found, failed, pause }: { found: (path: string) => void; failed: (error: unknown) => void; pause?: Pause },
  ) {
    this.settleMs = settleMs;
    this.found = found;
    this.failed = failed;
    this.pause = pause;
    // Its own `awaitWriteFinish` is no help: it tells of files that are there at the start at once, however fast they grow.
    this.watcher = watch(folder, {
      ignored: (path: string, stats?: Stats) => stats?.isFile() === true && !isRecording(path),
    });
    this.watcher.on('add', (path) => this.look(path));
    this.watcher.on('change', (path) => this.look(path));
    this.watcher.on('error', failed);
  }

  /** Tells of a file when it has settled, from now on. */
  look(path: string): void {
    this.untilSettled(path).catch((error: unknown) => {
      if (!this.ended.signal.aborted) this.failed(error);
    });
  }

  async close(): Promise<void> {
    this.ended.abort();
    await this.watcher.close();
  }

  private async untilSettled(path: string): Promise<void> {
    const turn = Symbol(path);
    this.turns.set(path, turn);
    while (this.turns.get(path) === turn) {
      const state = await stays(path, this.settleMs, this.ended.signal, this.pause);
      if (state === 'changed' || this.turns.get(path) !== turn) continue;
      this.turns.delete(path);
      if (state === 'settled') this.found(path);
    }
  }
}
