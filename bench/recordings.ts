import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../tools/project.ts';

/** Two people talking for 40 seconds; it comes with the project. */
const MEETING = join(PROJECT, 'samples', 'meeting.opus');

/** The meeting again and again until it lasts so long, as Opus. @returns its path */
export async function opusRecording(directory: string, seconds: number): Promise<string> {
  const path = join(directory, `meeting-${seconds}.opus`);
  await ffmpeg('-stream_loop', '-1', '-i', MEETING, '-t', String(seconds), '-c', 'copy', path);
  return path;
}

/** The same as MP3 of 44.1 kHz in stereo with 128 kbit/s, as recorders make it. @returns its path */
export async function mp3Recording(directory: string, seconds: number): Promise<string> {
  const [once, path] = ['once', `meeting-${seconds}`].map((name) => join(directory, `${name}.mp3`)) as [string, string];
  await ffmpeg('-i', MEETING, '-ac', '2', '-ar', '44100', '-b:a', '128k', once);
  await ffmpeg('-stream_loop', '-1', '-i', once, '-t', String(seconds), '-c', 'copy', path);
  return path;
}

/** The floor: decodes a recording to one file of 16 kHz mono sound. @returns seconds it took */
export async function decodeBare(path: string): Promise<number> {
  const started = performance.now();
  await ffmpeg('-i', path, '-ac', '1', '-ar', '16000', `${path}.wav`);
  return (performance.now() - started) / 1_000;
}

async function ffmpeg(...args: string[]): Promise<void> {
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}
