import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Runs ffmpeg to make a recording.
 * @param args from the inputs to the output file
 */
export function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

/** The first seconds of the meeting. */
export function shortRecording(directory: string, seconds = 6): string {
  const path = join(directory, `meeting-${seconds}s.ogg`);
  ffmpeg('-i', MEETING, '-t', String(seconds), '-c', 'copy', path);
  return path;
}

/** The meeting again and again, until it lasts so long. */
export function longRecording(directory: string, seconds: number): string {
  const path = join(directory, `meeting-${seconds}s.ogg`);
  ffmpeg('-stream_loop', '-1', '-i', MEETING, '-t', String(seconds), '-c', 'copy', path);
  return path;
}
