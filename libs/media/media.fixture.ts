import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '#config';
import type { AudioFormat } from './audio-format.js';
import { MediaService } from './media.service.js';
import { ProgramRunner } from './program-runner.js';
import { HEAD_BYTES, recogniseAudio } from './recognise-audio.js';

/** A folder for the recordings of one test file, with the room's services on it. */
export interface Studio {
  folder: string;
  workDirectory: string;
  config: Config;
  media: MediaService;
  programs: ProgramRunner;
  /** Makes a recording with ffmpeg. @returns its path */
  record(name: string, ...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** For what must be given a log. */
export const silentLog = new Log({ app: 'test', level: 'silent' });

/** @param settings variables of the environment */
export async function openStudio(settings: Record<string, string> = {}): Promise<Studio> {
  const folder = await mkdtemp(join(tmpdir(), 'steno-media-'));
  const workDirectory = join(folder, 'work');
  const config = testConfig({ WORK_DIRECTORY: workDirectory, ...settings });
  const programs = new ProgramRunner(config, silentLog);
  return {
    folder,
    workDirectory,
    config,
    programs,
    media: new MediaService(config, programs),
    record: async (name, ...args) => {
      const path = join(folder, name);
      await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, path]);
      return path;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The format of a file, as an upload would tell it. */
export async function formatOf(path: string): Promise<AudioFormat> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return await recogniseAudio(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The ids of the programs this process has started and that are still there, zombies too. */
export async function childProcesses(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return { pid, parent: Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]) };
    }),
  );
  return parents.filter(({ parent }) => parent === process.pid).map(({ pid }) => pid);
}

/** The code of the error with which a call fails, or undefined when it does not fail. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}
