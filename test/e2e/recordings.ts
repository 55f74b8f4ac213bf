import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from './launcher.js';

/** The recording that comes with the project: two people, about 40 seconds. */
export const MEETING = join(PROJECT, 'samples', 'meeting.opus');

/** Recordings beside the project, where there are any. */
const SHARED_AUDIO = join(PROJECT, '..', 'shared', 'data', 'audio');

/** The files of a folder of recordings beside the project; none where there is no such folder. */
export function sharedRecordings(folder: string): string[] {
  if (!existsSync(SHARED_AUDIO)) return [];
  return globSync(join(SHARED_AUDIO, folder, '*')).sort();
}

const QUIETLY = ['-nostdin', '-v', 'error', '-y'];

/**
 * Runs ffmpeg to make a recording. Nothing stands still meanwhile: a client that did would not hear that the API ended a connection that
 * was idle for seconds, and send its next request into it.
 * @param args from the inputs to the output file
 */
export async function ffmpeg(...args: string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', [...QUIETLY, ...args]);
}

/** The first seconds of the meeting. */
export function shortRecording(directory: string, seconds = 6): string {
  const path = join(directory, `meeting-${seconds}s.ogg`);
  copy(path, '-i', MEETING, '-t', String(seconds));
  return path;
}

/** The meeting again and again, until it lasts so long. */
export function longRecording(directory: string, seconds: number): string {
  const path = join(directory, `meeting-${seconds}s.ogg`);
  copy(path, '-stream_loop', '-1', '-i', MEETING, '-t', String(seconds));
  return path;
}

/** Copies packets, which takes no time worth waiting for. */
function copy(path: string, ...input: string[]): void {
  execFileSync('ffmpeg', [...QUIETLY, ...input, '-c', 'copy', path]);
}
