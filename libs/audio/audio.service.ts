import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { type Audio, Database, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { type AudioFacts, type AudioFormat, HEAD_BYTES, MediaService, recogniseAudio } from '#media';
import { Log } from '#observability';
import type { Page, PageRequest } from '#paging';
import { JobOutbox } from '#queues';
import { Quotas } from '#quota';
import { ObjectStore, sha256Of, storageErrors } from '#storage';
import { ProductEvents } from '#webhooks';
import { audioErrors } from './audio.errors.js';
import { AudioRepository, type RemovedRecording } from './audio.repository.js';
import { counted, type Passed, type Pieces, splitHead } from './counted-stream.js';
import { RecordingFigures } from './recording-figures.js';
import { type PlayableFile, SecondTracksService, type TrackNames } from './second-tracks.service.js';

/** An upload that is not done by then is given up and what it stored is removed. */
const UPLOAD_SECONDS = 6 * 3_600;
/** What a form may add around a recording: boundaries, part headers, other fields. */
const FORM_BYTES = 1_000_000;

/** A worker has stopped mixing a deleted recording after so long: two heartbeats and what it was just storing. */
const STOP_SECONDS = 20;

/** Who uploads, and where to. */
export interface Uploader {
  workspaceId: string;
  userId: string | null;
}

/** A recording on its way in. */
export interface IncomingRecording {
  /** As the client named it. */
  name: string;
  body: Readable;
  /** Fires when the client has gone. */
  signal: AbortSignal;
}

/** Runs the transaction that writes a recording's row; what belongs together with it is written in the same. */
export type RowTransaction = (write: (tx: WorkspaceTransaction) => Promise<Audio>) => Promise<Audio>;

/** A recording whose bytes lie in the store, under the prefix that `recordingPrefix` names. */
export interface LandedRecording {
  /** The id the recording is to have. */
  id: string;
  objectKey: string;
  bytes: number;
  /** As the client named it. */
  name: string;
  createdBy: string | null;
  /** What its sender says it hashes to, hexadecimal; null when nothing was said. */
  sha256: string | null;
  /** What it is known to hash to; without it the recording is read. */
  knownSha256?: string | null;
}

/** A recording that was looked at and has no row yet. */
export type ExaminedRecording = Omit<Audio, 'workspaceId' | 'createdAt' | 'tracks'>;

/** Where everything of a recording lies in the store. */
export function recordingPrefix(workspaceId: string, id: string): string {
  return `workspaces/${workspaceId}/audio/${id}/`;
}

/** Recordings: taking them in, giving them out, removing them. */
@Injectable()
export class AudioService {
  constructor(
    private readonly database: Database,
    private readonly recordings: AudioRepository,
    private readonly secondTracks: SecondTracksService,
    private readonly objects: ObjectStore,
    private readonly media: MediaService,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
    private readonly quotas: Quotas,
    private readonly events: ProductEvents,
    private readonly figures: RecordingFigures,
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Streams a recording into the store, hashing and counting it, looks whether it is one, and writes its row.
   * Whatever goes wrong, no row is left, and no object; a crash leaves an object for a few hours at most.
   * @param inTransaction by default a transaction of its own
   * @throws FieldError of `audioErrors`, `mediaErrors` or `storageErrors`
   */
  async takeIn(uploader: Uploader, incoming: IncomingRecording, inTransaction?: RowTransaction): Promise<Audio> {
    return this.keep(uploader, await this.store(uploader, incoming), { inTransaction });
  }

  /**
   * The first half of `takeIn`: the object is stored and is a recording, and it is removed after some hours unless it is kept.
   * @throws FieldError of `audioErrors`, `mediaErrors` or `storageErrors`, with nothing left
   */
  async store(uploader: Uploader, incoming: IncomingRecording): Promise<ExaminedRecording> {
    const { head, rest } = await splitHead(incoming.body, HEAD_BYTES);
    const format = await recogniseAudio(head);
    const id = uuidv7();
    const objectKey = `${recordingPrefix(uploader.workspaceId, id)}original.${format.extension}`;
    await this.database.inWorkspace(uploader.workspaceId, async (tx) => {
      // Nothing is taken in that surely cannot be kept.
      await this.quotas.refuseUnlessLeft(tx, 'storage', 1);
      await this.promiseToDiscard(tx, id);
    });
    try {
      const { bytes, sha256 } = await this.putObject(objectKey, format, head, rest, incoming.signal);
      const facts = await this.probe(objectKey, format, bytes, incoming.signal);
      const name = displayName(incoming.name);
      return { id, objectKey, bytes: String(bytes), sha256, createdBy: uploader.userId, name, ...rowOf(format, facts) };
    } catch (error) {
      // To ask a store that is away to delete would take as long again; the promise has it done later.
      if (!isAway(error)) await this.discard(uploader, { id });
      throw incoming.signal.aborted ? uploadInterrupted(error) : error;
    }
  }

  /**
   * The second half of `takeIn`: writes the row of what was stored.
   * @param second another stored recording of the same event, which becomes its second track
   * @throws FieldError upload_expired or quota_exceeded, with nothing left
   */
  async keep(
    uploader: Uploader,
    stored: ExaminedRecording,
    {
      second,
      inTransaction = (write) => this.database.inWorkspace(uploader.workspaceId, write),
    }: { second?: { stored: ExaminedRecording; names: TrackNames } | undefined; inTransaction?: RowTransaction | undefined } = {},
  ): Promise<Audio> {
    try {
      return await inTransaction(async (tx) => {
        await this.claim(tx, stored);
        if (second !== undefined) await this.claim(tx, second.stored);
        const audio = await this.enter(tx, stored, second === undefined ? 1 : 2);
        if (second !== undefined) {
          await this.secondTracks.add(tx, audio.id, second.stored, second.names);
          await this.quotas.store(tx, Number(second.stored.bytes));
        }
        return audio;
      });
    } catch (error) {
      await this.discard(uploader, stored);
      if (second !== undefined) await this.discard(uploader, second.stored);
      throw error;
    }
  }

  /**
   * Looks whether what lies in the store is a recording, and the one that was announced. Changes nothing.
   * @throws FieldError checksum_mismatch, and of `mediaErrors` or `storageErrors`
   */
  async examine(landed: LandedRecording): Promise<ExaminedRecording> {
    const { objectKey, bytes } = landed;
    return this.media.withWorkDirectory('examine', bytes, async (directory) => {
      const arrived = join(directory, 'arrived');
      await this.objects.download(objectKey, arrived);
      const [hashed, looked] = await Promise.allSettled([landed.knownSha256 ?? sha256Of(arrived), this.look(arrived)]);
      const sha256 = valueOf(hashed);
      if (landed.sha256 !== null && landed.sha256 !== sha256) throw checksumMismatch(landed.sha256, sha256);
      const { id, createdBy } = landed;
      const name = displayName(landed.name);
      return { id, objectKey, bytes: String(bytes), sha256, createdBy, name, ...valueOf(looked) };
    });
  }

  /**
   * Writes the row of a recording that was examined, in the transaction that ends what brought it here.
   * @throws FieldError quota_exceeded
   */
  async enter(tx: WorkspaceTransaction, recording: ExaminedRecording, tracks = 1): Promise<Audio> {
    await this.effects.mark(tx, `/api/v1/audio/${recording.id}`);
    const audio = await this.recordings.insert(tx, { ...recording, tracks });
    await this.quotas.store(tx, Number(recording.bytes));
    const facts = { audioId: audio.id, bytes: Number(audio.bytes) };
    await this.events.record(tx, tx.workspaceId, 'audio.uploaded', audio.id, facts);
    tx.afterCommit(() => this.figures.count(audio));
    return audio;
  }

  /** @throws FieldError audio_not_found, also for another workspace's */
  async get(workspaceId: string, id: string): Promise<Audio> {
    const audio = await this.recordings.look(this.database, workspaceId, id);
    if (audio === null) throw audioNotFound();
    return audio;
  }

  /**
   * Keeps a recording from being deleted until the transaction ends.
   * @throws FieldError audio_not_found, also for another workspace's
   */
  async hold(tx: WorkspaceTransaction, id: string): Promise<Audio> {
    const audio = await this.recordings.hold(tx, id);
    if (audio === null) throw audioNotFound();
    return audio;
  }

  /** Newest first. */
  async list(workspaceId: string, page: PageRequest): Promise<Page<Audio>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.recordings.list(tx, page));
  }

  /** Removes the recording at once and its object soon after; transcripts stay. */
  async remove(workspaceId: string, id: string): Promise<void> {
    await this.database.inWorkspace(workspaceId, async (tx) => {
      const audio = await this.recordings.find(tx, id);
      const second = audio === null ? null : await this.secondTracks.findIn(tx, audio);
      if (audio === null || !(await this.recordings.remove(tx, id))) throw audioNotFound();
      await this.effects.unmark(tx);
      await this.oweDiscard(tx, { id, secondStoredAs: second?.storedAs ?? null });
      await this.quotas.unstore(tx, Number(audio.bytes) + Number(second?.bytes ?? 0));
      await this.events.record(tx, workspaceId, 'audio.deleted', id, { audioId: id, cause: 'request' });
    });
  }

  /**
   * Removes recordings that came more than so many days ago, the oldest first.
   * @param except stay whatever their age
   * @returns the ids of those removed, at most `limit`
   */
  async removeOlder(tx: WorkspaceTransaction, days: number, except: string[], limit: number): Promise<string[]> {
    const removed = await this.recordings.removeOlder(tx, days, except, limit);
    for (const recording of removed) {
      await this.oweDiscard(tx, recording);
      const facts = { audioId: recording.id, cause: 'retention' } as const;
      await this.events.record(tx, tx.workspaceId, 'audio.deleted', recording.id, facts);
    }
    await this.quotas.unstore(
      tx,
      removed.reduce((bytes, recording) => bytes + recording.bytes, 0),
    );
    return removed.map(({ id }) => id);
  }

  /** A link that gives a file of a recording to whoever holds it. */
  async link({ objectKey, fileName, contentType }: PlayableFile, expiresSeconds: number): Promise<string> {
    return this.objects.signedUrl(objectKey, { expiresSeconds, fileName, contentType });
  }

  private async claim(tx: WorkspaceTransaction, { id }: ExaminedRecording): Promise<void> {
    if (!(await this.outbox.withdraw(tx, 'storage.discard', id))) throw uploadExpired();
  }

  /** Owes the removal of what is stored of a recording that is gone. */
  private async oweDiscard(tx: WorkspaceTransaction, { id, secondStoredAs }: Omit<RemovedRecording, 'bytes'>): Promise<void> {
    const discard = { workspaceId: tx.workspaceId, subjectId: id };
    const place = (stored: string): { prefix: string } => ({ prefix: recordingPrefix(tx.workspaceId, stored) });
    if (secondStoredAs === null) return void (await this.outbox.add(tx, 'storage.discard', { ...discard, payload: place(id) }));
    await this.outbox.forget(tx, id);
    // A worker that is mixing learns at its next heartbeat that it should stop.
    await this.outbox.add(tx, 'storage.discard', { ...discard, delaySeconds: STOP_SECONDS, payload: place(id) });
    await this.outbox.add(tx, 'storage.discard', { ...discard, part: 1, payload: place(secondStoredAs) });
  }

  /** Owes the removal of what is about to be stored. It is withdrawn when the row is written, and kept when the process dies before. */
  private async promiseToDiscard(tx: WorkspaceTransaction, id: string): Promise<void> {
    const { workspaceId } = tx;
    const payload = { prefix: recordingPrefix(workspaceId, id) };
    await this.outbox.add(tx, 'storage.discard', { workspaceId, subjectId: id, payload, delaySeconds: UPLOAD_SECONDS });
  }

  /** @returns whether there was one, once a commit that is in doubt has come to its end */
  private async renewPromise(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    if (!(await this.outbox.withdraw(tx, 'storage.discard', id))) return false;
    await this.promiseToDiscard(tx, id);
    return true;
  }

  private async putObject(
    key: string,
    format: AudioFormat,
    head: Buffer,
    rest: Pieces,
    signal: AbortSignal,
  ): Promise<{ bytes: number; sha256: string }> {
    const passed: Passed = { bytes: 0, sha256: () => '' };
    const body = Readable.from(
      counted(head, rest, this.config.recordings.maxBytes, () => this.tooLarge(), passed),
      { objectMode: false },
    );
    await this.objects.put(key, body, { contentType: format.contentType, signal });
    return { bytes: passed.bytes, sha256: passed.sha256() };
  }

  private async probe(objectKey: string, format: AudioFormat, bytes: number, signal: AbortSignal): Promise<AudioFacts> {
    return this.media.withWorkDirectory('probe', bytes, async (directory) => {
      const path = join(directory, `recording.${format.extension}`);
      await this.objects.download(objectKey, path, signal);
      return this.media.probe(path, format, signal);
    });
  }

  private async look(path: string): Promise<ReturnType<typeof rowOf>> {
    const format = await recogniseAudio(await headOf(path));
    return rowOf(format, await this.media.probe(path, format));
  }

  /** Removes at once what was stored and not kept. No transaction waits for the store. */
  async discard({ workspaceId }: Uploader, { id }: Pick<ExaminedRecording, 'id'>): Promise<void> {
    try {
      // A promise that is gone was withdrawn together with the row's insertion: the commit went through after all.
      if (!(await this.database.inWorkspace(workspaceId, (tx) => this.renewPromise(tx, id)))) return;
      await this.objects.deletePrefix(recordingPrefix(workspaceId, id));
      await this.database.inWorkspace(workspaceId, (tx) => this.outbox.withdraw(tx, 'storage.discard', id));
    } catch (error) {
      this.log.warn('A failed upload could not be removed at once; the job it left will do it', { id, error });
    }
  }

  /**
   * Refuses what says beforehand that it is too large.
   * @param contentLength of the request; its form adds some bytes to the recordings' own
   * @param recordings how many it may hold
   * @throws FieldError recording_too_large
   */
  refuseLength(contentLength: number, recordings = 1): void {
    if (contentLength > recordings * this.config.recordings.maxBytes + FORM_BYTES) throw this.tooLarge();
  }

  /** The largest recording there may be. */
  get mostBytes(): number {
    return this.config.recordings.maxBytes;
  }

  /** @throws FieldError recording_too_large */
  refuseBytes(bytes: number): void {
    if (bytes > this.config.recordings.maxBytes) throw this.tooLarge();
  }

  private tooLarge(): FieldError {
    const megabytes = this.config.recordings.maxBytes / 1_000_000;
    return new FieldError(
      audioErrors.recording_too_large,
      `The recording is larger than ${megabytes} MB, the most this server takes. Compress it, for example to Opus, or split it.`,
      { members: { limitBytes: this.config.recordings.maxBytes } },
    );
  }
}

function rowOf(
  format: AudioFormat,
  facts: AudioFacts,
): Pick<Audio, 'container' | 'contentType' | 'codec' | 'sampleRate' | 'channels' | 'claimedSeconds'> {
  const { codec, sampleRate, channels, claimedSeconds } = facts;
  return { container: format.container, contentType: format.contentType, codec, sampleRate, channels, claimedSeconds };
}

function isAway(error: unknown): boolean {
  return error instanceof FieldError && error.code === storageErrors.storage_unavailable.code;
}

/** The last part of what the client gave, without control characters: for people to read, never for a path. */
export function displayName(given: string): string {
  const base = given.split(/[\\/]/).at(-1) ?? '';
  const clean = base.replaceAll(/\p{C}/gu, '').trim().slice(0, 255);
  return clean === '' ? 'recording' : clean;
}

/** A file's first bytes. */
async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES));
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function checksumMismatch(announced: string, arrived: string): FieldError {
  return new FieldError(
    audioErrors.checksum_mismatch,
    `The SHA-256 of what arrived is ${arrived}, and ${announced} was announced. Nothing was kept; send it again.`,
  );
}

function audioNotFound(): FieldError {
  return new FieldError(audioErrors.audio_not_found, audioErrors.audio_not_found.example);
}

function uploadExpired(): FieldError {
  return new FieldError(audioErrors.upload_expired, audioErrors.upload_expired.example);
}

function uploadInterrupted(cause: unknown): FieldError {
  return new FieldError(audioErrors.upload_interrupted, audioErrors.upload_interrupted.example, { cause });
}
