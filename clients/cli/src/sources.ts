import { stat, readdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { Refusal } from './exit-codes.ts';
import { isMissing } from './files.ts';

/** Names of files that are taken from folders; a file that is named is taken whatever its name. */
const RECORDINGS = new Set(['.mp3', '.wav', '.mp4', '.m4a', '.aac', '.ogg', '.oga', '.opus', '.flac', '.webm']);

/** What is to be transcribed. */
export interface Source {
  kind: 'file' | 'url';
  /** A path, or an address. */
  at: string;
  /** What a person knows it by. */
  name: string;
}

export function isRecording(path: string): boolean {
  return RECORDINGS.has(extname(path).toLowerCase()) && !basename(path).startsWith('.');
}

/** The files and addresses that arguments stand for; a folder stands for all recordings in it. @throws Refusal */
export async function findSources(args: readonly string[], cwd: string): Promise<Source[]> {
  const found = await Promise.all(args.map((argument) => findSource(argument, cwd)));
  return found.flat();
}

async function findSource(argument: string, cwd: string): Promise<Source[]> {
  if (/^https?:\/\//.test(argument)) return [{ kind: 'url', at: argument, name: nameOfUrl(argument) }];
  const path = resolve(cwd, argument);
  const stats = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) throw new Refusal(`${argument} is not there.`);
    throw error;
  });
  if (!stats.isDirectory()) return [{ kind: 'file', at: path, name: basename(path) }];
  const files = await recordingsIn(path);
  if (files.length === 0) throw new Refusal(`${argument} holds no recording (${[...RECORDINGS].join(' ')}).`);
  return files.map((at) => ({ kind: 'file' as const, at, name: basename(at) }));
}

/** The recordings in a folder and below it, in the order of their names. */
export async function recordingsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && isRecording(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function nameOfUrl(url: string): string {
  if (!URL.canParse(url)) throw new Refusal(`${url} is no address.`);
  const { pathname, hostname } = new URL(url);
  return decodeURIComponent(basename(pathname)) || hostname;
}
