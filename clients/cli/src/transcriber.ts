import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import {
  ApiError,
  ImportFailedError,
  type Recording,
  type Steno,
  type Transcription,
  TranscriptionFailedError,
  UnfinishedError,
} from './client.ts';
import { type Contents, readContents, refuseChanged, writeWhole } from './files.ts';
import { Journal } from './journal.ts';
import { type Format, isBinary } from './outputs.ts';
import { stateFile } from './places.ts';
import type { SourceView } from './progress-view.ts';
import type { Source } from './sources.ts';
import type { Wish } from './wish.ts';
import type { World } from './world.ts';

/** The server is done with an upload of these, or never had it. */
const UPLOAD_OVER = new Set(['upload_not_found', 'upload_over', 'upload_gone']);

/** Refusals that may not last: a key that is replaced, time, rates and quotas. */
const PASSING = new Set([401, 408, 429]);

/** What was fetched so long ago may no longer be what lies at its address. */
const FRESH_MS = 3_600_000;

/** Sends recordings, orders their transcripts, waits for them, fetches them. */
export class Transcriber {
  private readonly steno: Steno;
  private readonly server: string;
  private readonly uploads: Journal<string>;
  private readonly signal: AbortSignal;

  private constructor(steno: Steno, server: string, uploads: Journal<string>, signal: AbortSignal) {
    this.steno = steno;
    this.server = server;
    this.uploads = uploads;
    this.signal = signal;
  }

  /** @param server names whose uploads are remembered */
  static async open(world: World, steno: Steno, server: string): Promise<Transcriber> {
    const uploads = await Journal.open<string>(stateFile(world, 'uploads.jsonl'));
    return new Transcriber(steno, server, uploads, world.signal);
  }

  /**
   * Brings a source to the server.
   * @param known what a file held when it was read before, the key under which it is made one recording, and who is told the id of what
   * the same call goes on with when this one is cut off
   * @throws StillChanging
   */
  async bring(
    { kind, at, name }: Source,
    view: SourceView,
    known: { contents?: Contents; key?: string; onBegun?: (uploadId: string) => void } = {},
  ): Promise<Recording> {
    const { signal } = this;
    if (kind === 'url') return this.import(at, known.onBegun);
    const contents = known.contents ?? (await readContents(at, signal));
    const { sha256 } = contents;
    // What changed since it was opened is not read: then it breaks off.
    const file = await openAsBlob(at);
    await refuseChanged(at, contents);
    const memory = `${this.server} ${sha256}`;
    const options = {
      name,
      sha256,
      signal,
      idempotencyKey: known.key,
      onBegun: async (id: string) => {
        await this.uploads.set(memory, id);
        known.onBegun?.(id);
      },
      onProgress: (progress: { sentBytes: number; totalBytes: number }) => view.sent(progress.sentBytes / progress.totalBytes),
    };
    const before = this.uploads.get(memory);
    if (before !== undefined) known.onBegun?.(before);
    const recording = await this.resume(file, options, before);
    if (this.uploads.get(memory) !== undefined) await this.uploads.set(memory, null);
    return recording;
  }

  /**
   * Orders a transcript. It is not given up by Ctrl-C: what the server accepts at that moment must be known by its id.
   * @param key the same for the same order, for it to be made once
   */
  async order(audioId: string, wish: Wish, key?: string): Promise<Transcription> {
    return this.steno.transcriptions.create({ ...wish, audioId }, { idempotencyKey: key });
  }

  /** @param maxWaitMs undefined: as long as it takes */
  async wait(id: string, view: SourceView, maxWaitMs = Infinity): Promise<Transcription> {
    return this.steno.transcriptions.wait(id, {
      signal: this.signal,
      maxWaitMs,
      onProgress: ({ progress }) => view.progress(progress),
    });
  }

  /** The transcript in a format: text, or the bytes of a document. */
  async fetch(id: string, format: Format): Promise<string | Uint8Array> {
    const blob = await this.steno.transcriptions.export(id, { format }, { signal: this.signal });
    return isBinary(format) ? new Uint8Array(await blob.arrayBuffer()) : blob.text();
  }

  /** Writes the transcript to a file. */
  async write(id: string, format: Format, path: string): Promise<void> {
    await writeWhole(path, await this.fetch(id, format));
  }

  /** Has the server fetch a recording. That it begins is not given up by Ctrl-C, so that it can be gone on with. */
  private async import(url: string, onBegun?: (uploadId: string) => void): Promise<Recording> {
    // Addresses may hold what signs them.
    const memory = `${this.server} ${createHash('sha256').update(url).digest('hex')}`;
    const id = (await this.importBefore(this.uploads.get(memory))) ?? (await this.steno.audio.import({ url })).id;
    await this.uploads.set(memory, id);
    onBegun?.(id);
    const recording = await this.steno.audio.waitForImport(id, { signal: this.signal });
    await this.uploads.set(memory, null);
    return recording;
  }

  /** The import that an earlier run began, while it goes on or gave what lies at its address now. */
  private async importBefore(id: string | undefined): Promise<string | undefined> {
    if (id === undefined) return undefined;
    try {
      const { finishedAt, audioId } = await this.steno.uploads.get(id, { signal: this.signal });
      if (finishedAt === null) return id;
      return audioId !== null && Date.now() - Date.parse(finishedAt) < FRESH_MS ? id : undefined;
    } catch (error) {
      if (error instanceof ApiError && UPLOAD_OVER.has(error.code)) return undefined;
      throw error;
    }
  }

  /** Goes on with an upload that an earlier run began, by its id or by its key, if it still can. */
  private async resume(
    file: Blob,
    options: NonNullable<Parameters<Steno['audio']['upload']>[1]>,
    uploadId: string | undefined,
  ): Promise<Recording> {
    try {
      return await this.steno.audio.upload(file, { ...options, uploadId });
    } catch (error) {
      if (!(error instanceof ApiError) || !UPLOAD_OVER.has(error.code)) throw error;
      // The key of the upload that is over would give that one again.
      return this.steno.audio.upload(file, { ...options, idempotencyKey: undefined });
    }
  }
}

/** Whether trying again later makes sense. */
export function mayPass(error: unknown): boolean {
  if (error instanceof TranscriptionFailedError || error instanceof ImportFailedError) return false;
  if (error instanceof UnfinishedError) return error.reason !== 'failure' || mayPass(error.cause);
  if (!(error instanceof ApiError)) return true;
  // The same request of an earlier run of ours is still being answered.
  if (error.code === 'idempotency_in_progress') return true;
  return error.status >= 500 || PASSING.has(error.status);
}
