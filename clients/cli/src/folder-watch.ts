import type { Stats } from 'node:fs';
import { watch } from 'chokidar';
import { isRecording } from './sources.ts';

/**
 * Tells of recordings in a folder and below it, those that are there first: each when it has stopped growing, and again when it changes.
 * @param settleMs how long a file must stay as it is
 * @returns ends the watching
 */
export function watchFolder(
  folder: string,
  settleMs: number,
  { found, failed }: { found: (path: string) => void; failed: (error: unknown) => void },
): () => Promise<void> {
  const watcher = watch(folder, {
    awaitWriteFinish: { stabilityThreshold: settleMs, pollInterval: Math.min(100, settleMs) },
    ignored: (path: string, stats?: Stats) => stats?.isFile() === true && !isRecording(path),
  });
  watcher.on('add', found);
  watcher.on('change', found);
  watcher.on('error', failed);
  return () => watcher.close();
}
