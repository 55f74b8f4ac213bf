import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { Source } from './sources.ts';

/** Formats of transcripts and what their files end in. */
export const EXTENSIONS = {
  text: 'txt',
  srt: 'srt',
  vtt: 'vtt',
  json: 'json',
  verbose_json: 'json',
  words: 'json',
  tsv: 'tsv',
  md: 'md',
  docx: 'docx',
  pdf: 'pdf',
} as const;

export type Format = keyof typeof EXTENSIONS;

export const FORMATS = Object.keys(EXTENSIONS) as Format[];

/** Formats that no terminal shows. */
export function isBinary(format: Format): boolean {
  return format === 'docx' || format === 'pdf';
}

/** Decides where transcripts go; two of one run never go to the same file. */
export class Outputs {
  private readonly given = new Set<string>();
  private readonly format: Format;
  private readonly folder: string | undefined;
  private readonly file: string | undefined;
  private readonly cwd: string;

  private constructor(format: Format, cwd: string, target: { folder?: string; file?: string }) {
    this.format = format;
    this.cwd = cwd;
    this.folder = target.folder;
    this.file = target.file;
  }

  /** @param out a folder, or for a single source a file; left out: beside each source */
  static async of(out: string | undefined, format: Format, cwd: string, sources: number): Promise<Outputs> {
    if (out === undefined) return new Outputs(format, cwd, {});
    const path = resolve(cwd, out);
    const isFolder = sources > 1 || out.endsWith(sep) || (await stat(path).catch(() => undefined))?.isDirectory() === true;
    return new Outputs(format, cwd, isFolder ? { folder: path } : { file: path });
  }

  /** The file for a source. */
  pathFor({ kind, at, name }: Source): string {
    if (this.file !== undefined) return this.file;
    const folder = this.folder ?? (kind === 'file' ? dirname(at) : this.cwd);
    const short = join(folder, `${basename(name, extname(name))}.${EXTENSIONS[this.format]}`);
    let path = short;
    for (let copy = 1; this.given.has(path) || path === at; copy += 1)
      path = join(folder, `${name}${copy > 1 ? `-${copy}` : ''}.${EXTENSIONS[this.format]}`);
    this.given.add(path);
    return path;
  }
}
