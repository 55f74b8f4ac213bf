import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { type Config, searchPath } from '#config';
import type { LocalEngine } from './engine.js';
import { Pocketsphinx } from './pocketsphinx.js';
import { Slots } from './slots.js';
import { Whisper } from './whisper.js';
import { WHISPER_ADDON } from './whisper-process.js';

const MODEL_FILE = /^ggml-(.+)\.bin$/;
/** Better models first; quantised variants (`base-q5_1`) stand with their own. */
const BY_QUALITY = ['large-v3-turbo', 'large', 'medium', 'small', 'base', 'tiny'];
/** Beyond eight threads whisper.cpp gains little; more cores take more chunks instead. */
const THREADS_A_CHUNK = 8;

/**
 * What this machine can transcribe with, looked for once at start.
 * @param folders where programs named without a folder are looked for
 * @throws Error when WHISPER_MODEL_PATH is set and names no file
 */
export function findEngines(local: Config['speech']['local'], folders: readonly string[] = searchPath()): LocalEngine[] {
  const cores = availableParallelism();
  return [...whisperEngines(local, cores), ...pocketsphinxEngines(local, cores, folders)];
}

function whisperEngines(local: Config['speech']['local'], cores: number): LocalEngine[] {
  const files = modelFiles(local);
  if (files.length === 0 || !addonInstalled()) return [];
  const threads = Math.min(cores, THREADS_A_CHUNK);
  const parallel = Math.max(1, Math.floor(cores / threads));
  const slots = new Slots(parallel);
  return files.map((path) => new Whisper(modelName(path), path, slots, threads, parallel));
}

function modelFiles({ whisperModelPath, modelDirectory }: Config['speech']['local']): string[] {
  if (whisperModelPath !== undefined) {
    if (!existsSync(whisperModelPath)) throw new Error(`WHISPER_MODEL_PATH names no file: ${whisperModelPath}`);
    return [resolve(whisperModelPath)];
  }
  if (!existsSync(modelDirectory)) return [];
  const names = readdirSync(modelDirectory).filter((name) => MODEL_FILE.test(name));
  return names.toSorted((a, b) => quality(a) - quality(b)).map((name) => join(modelDirectory, name));
}

function modelName(path: string): string {
  return MODEL_FILE.exec(basename(path))?.[1] ?? basename(path, '.bin');
}

/** Position among the known families; unknown names come last. */
function quality(file: string): number {
  const position = BY_QUALITY.findIndex((family) => modelName(file).startsWith(family));
  return position === -1 ? BY_QUALITY.length : position;
}

/** The addon is an optional dependency, there for the common platforms only. */
function addonInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(WHISPER_ADDON);
    return true;
  } catch {
    return false;
  }
}

function pocketsphinxEngines(local: Config['speech']['local'], cores: number, folders: readonly string[]): LocalEngine[] {
  const program = findProgram(local.pocketsphinxPath, folders);
  if (program === undefined || !existsSync(join(local.pocketsphinxModelPath, 'en-us.lm.bin'))) return [];
  return [new Pocketsphinx(program, local.pocketsphinxModelPath, new Slots(cores), cores)];
}

function findProgram(name: string, folders: readonly string[]): string | undefined {
  const places = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
  return places.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
