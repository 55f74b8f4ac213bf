import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { audioErrors, AudioService, SecondTracksService } from '#audio';
import {
  type Audio,
  Database,
  isDatabaseUnavailable,
  type Transcription,
  type TranscriptSegment,
  type WorkspaceTransaction,
} from '#database';
import { FieldError } from '#errors';
import { Events } from '#events';
import { IdempotentEffects } from '#idempotency';
import type { Page, PageRequest } from '#paging';
import { JobOutbox } from '#queues';
import { type ChosenEngine, EngineChoice, type WorkspaceEngines } from './engine-choice.js';
import type { FinishedTranscription } from './formats/finished-transcript.js';
import { Bell } from './progress/bell.js';
import { optionsOf, type TranscriptionWish } from './order-options.js';
import { PRIORITIES } from './priorities.js';
import { GenerationsRepository } from './generations.repository.js';
import { textSoFar } from './text-so-far.js';
import { TranscriptionEvents } from './transcription-events.js';
import { TranscriptionQuota } from './transcription-quota.js';
import { transcriptionErrors } from './transcription.errors.js';
import { isFinished, progressOf } from './transcription-view.js';
import { type ListedTranscription, type TranscriptionFilter, TranscriptionsRepository } from './transcriptions.repository.js';

/** One of several orders. */
export interface Order extends TranscriptionWish {
  audioId: string;
}

/** An order that can be carried out. */
export interface ConsideredOrder {
  audio: Audio;
  /** Who speaks on each channel that is to be transcribed apart; null when none is. */
  channels: string[] | null;
  engine: ChosenEngine;
  wish: TranscriptionWish;
}

/** Who orders, and where. */
export interface Orderer {
  workspaceId: string;
  userId: string;
  /** With which key; null: in person. */
  keyId?: string | null;
}

/** Between two looks of a waiting request: changes ring, and a ring may be lost; chunks may be done many times a second. */
const LONGEST_STEP_MS = 2_000;
const SHORTEST_STEP_MS = 100;
/** How much longer a request may wait once the process is asked to end. */
const LAST_WAIT_MS = 10_000;
/** Lines of a transcript that are read at once. */
const SEGMENTS_AT_ONCE = 500;
/** A worker has stopped what it did for a deleted transcription after so long: two heartbeats and what it was just storing. */
const STOP_SECONDS = 20;

/** Where everything about a transcription lies in the store. */
export function transcriptionPrefix(workspaceId: string, id: string): string {
  return `workspaces/${workspaceId}/transcriptions/${id}/`;
}

/** Orders to transcribe, and their results. */
@Injectable()
export class TranscriptionService implements BeforeApplicationShutdown {
  /** Until when requests may wait; brought forward when the process is asked to end. */
  private waitUntil = Infinity;

  constructor(
    private readonly database: Database,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly audio: AudioService,
    private readonly secondTracks: SecondTracksService,
    private readonly engines: EngineChoice,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
    private readonly generations: GenerationsRepository,
    private readonly quota: TranscriptionQuota,
    private readonly events: Events,
    private readonly outside: TranscriptionEvents,
  ) {}

  /** Requests that wait for a result soon answer with what there is, so that the process can end. */
  beforeApplicationShutdown(): void {
    this.waitUntil = performance.now() + LAST_WAIT_MS;
  }

  /**
   * Orders a transcript. Once it returns, the order survives everything.
   * @throws FieldError audio_not_found, channels_unsuitable, one of `speechErrors` when nobody can do what is wished, provider_key_rejected,
   *   quota_exceeded
   */
  async order(orderer: Orderer, audioId: string, wish: TranscriptionWish): Promise<Transcription> {
    const engines = await this.engines.read(orderer.workspaceId);
    return this.database.inWorkspace(orderer.workspaceId, async (tx) => {
      const order = await this.consider(tx, engines, audioId, wish);
      const transcription = await this.write(tx, orderer, uuidv7(), order);
      await this.effects.mark(tx, `/api/v1/transcriptions/${transcription.id}`);
      // Last of all: the workspace's other orders wait from here to the commit. A refusal takes all of this back.
      await this.reserve(tx, transcription.id, order);
      return transcription;
    });
  }

  /**
   * Orders many transcripts in one transaction: those that can be ordered are, whatever is wrong with the others.
   * @returns for each order, in their order, its transcription or why there is none
   */
  async orderMany(orderer: Orderer, orders: readonly Order[]): Promise<(Transcription | FieldError)[]> {
    const engines = await this.engines.read(orderer.workspaceId);
    return this.database.inWorkspace(orderer.workspaceId, async (tx) => {
      await this.effects.mark(tx, '/api/v1/transcriptions');
      const considered: (ConsideredOrder | FieldError)[] = [];
      for (const { audioId, ...wish } of orders) considered.push(await this.consider(tx, engines, audioId, wish).catch(refusal));
      const results: (Transcription | FieldError)[] = [];
      for (const order of considered) {
        // An order is refused before anything was written for it.
        results.push(order instanceof FieldError ? order : await this.enter(tx, orderer, order).catch(refusal));
      }
      return results;
    });
  }

  /**
   * Looks whether an order can be carried out, by whom, and how; writes nothing.
   * @param engines of the transaction's workspace, read before it
   * @throws FieldError as `order`, without quota_exceeded
   */
  async consider(
    tx: WorkspaceTransaction,
    engines: WorkspaceEngines,
    audioId: string,
    wish: TranscriptionWish,
  ): Promise<ConsideredOrder> {
    const audio = await this.audio.hold(tx, audioId);
    const channels = await this.channelsOf(tx, audio, wish);
    return { audio, channels, engine: await this.engines.choose(tx, engines, wish), wish };
  }

  /** @throws FieldError quota_exceeded, with nothing written */
  private async enter(tx: WorkspaceTransaction, orderer: Orderer, order: ConsideredOrder): Promise<Transcription> {
    const id = uuidv7();
    await this.reserve(tx, id, order);
    return this.write(tx, orderer, id, order);
  }

  private async reserve(tx: WorkspaceTransaction, id: string, { audio, channels }: ConsideredOrder): Promise<void> {
    await this.quota.reserve(tx, { id, generation: 1 }, audio, channels?.length ?? 1);
  }

  private async write(
    tx: WorkspaceTransaction,
    { userId, keyId = null }: Orderer,
    id: string,
    { audio, channels, engine, wish }: ConsideredOrder,
  ): Promise<Transcription> {
    const priority = PRIORITIES[wish.priority ?? 'normal'];
    const lowAccuracy = engine.choice.model.lowAccuracy ?? false;
    await this.transcriptions.insert(tx, {
      id,
      audioId: audio.id,
      createdBy: userId,
      apiKeyId: keyId,
      options: optionsOf(wish, engine, channels),
      lowAccuracy,
      priority,
    });
    const job = { workspaceId: tx.workspaceId, subjectId: id, priority, payload: {} };
    await this.outbox.add(tx, 'transcription.prepare', job);
    return this.findIn(tx, id);
  }

  /** @throws FieldError transcription_not_found, also for another workspace's */
  async get(workspaceId: string, id: string): Promise<Transcription> {
    const transcription = await this.transcriptions.look(this.database, workspaceId, id);
    if (transcription === null) throw notFound();
    return transcription;
  }

  /** Newest first. */
  async list(workspaceId: string, page: PageRequest, filter: TranscriptionFilter): Promise<Page<ListedTranscription>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.transcriptions.list(tx, page, filter));
  }

  /**
   * Waits for the end of a transcription, at most so many seconds.
   * @param signal fires when nobody waits for the answer any more
   * @param heard is told the text so far, whenever there is more of it
   * @returns it as it is then, finished or not
   */
  async waitFor(
    workspaceId: string,
    id: string,
    seconds: number,
    signal: AbortSignal,
    heard?: (textSoFar: string) => void,
  ): Promise<Transcription> {
    const deadline = performance.now() + seconds * 1_000;
    const bell = new Bell();
    const hush = this.events.subscribe(`transcription:${id}`, () => bell.ring());
    try {
      for (;;) {
        const transcription = await this.get(workspaceId, id);
        const left = Math.min(deadline, this.waitUntil) - performance.now();
        if (isFinished(transcription) || signal.aborted || left <= 0) return transcription;
        if (heard !== undefined && transcription.chunksDone > 0) heard(await this.textOf(transcription));
        if (await bell.heard(Math.min(LONGEST_STEP_MS, left), signal)) await sleep(SHORTEST_STEP_MS);
      }
    } finally {
      hush();
    }
  }

  private async textOf({ workspaceId, ...run }: Transcription): Promise<string> {
    return textSoFar(await this.database.inWorkspace(workspaceId, (tx) => this.transcriptions.chunks(tx, run)));
  }

  /** One page of a transcript's lines. */
  async segments(
    workspaceId: string,
    id: string,
    span: { skip: number; take: number },
  ): Promise<{ items: TranscriptSegment[]; total: number }> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      await this.findIn(tx, id);
      const items = await this.transcriptions.segments(tx, id, span);
      return { items, total: await this.transcriptions.countSegments(tx, id) };
    });
  }

  /**
   * A finished transcript with all its lines.
   * @throws FieldError transcript_not_ready
   */
  async transcript(workspaceId: string, id: string): Promise<FinishedTranscription> {
    const { transcription, segments } = await this.database.inWorkspace(workspaceId, async (tx) => {
      const found = await this.findIn(tx, id);
      if (found.status !== 'completed') throw notReady(found);
      return { transcription: found, segments: await this.allSegments(tx, id) };
    });
    return { transcription, segments, recording: await this.recordingOf(transcription) };
  }

  /** Piece by piece: ten hours are many megabytes to read at once. */
  private async allSegments(tx: WorkspaceTransaction, id: string): Promise<TranscriptSegment[]> {
    const segments: TranscriptSegment[] = [];
    for (;;) {
      const more = await this.transcriptions.segments(tx, id, { skip: segments.length, take: SEGMENTS_AT_ONCE });
      segments.push(...more);
      if (more.length < SEGMENTS_AT_ONCE) return segments;
    }
  }

  private async recordingOf({ audioId, workspaceId }: Transcription): Promise<Audio | null> {
    if (audioId === null) return null;
    try {
      return await this.audio.get(workspaceId, audioId);
    } catch (error) {
      if (error instanceof FieldError && error.code === audioErrors.audio_not_found.code) return null;
      throw error;
    }
  }

  /** Removes a transcription with all that was made for it; work on it stops. */
  async remove(workspaceId: string, id: string): Promise<void> {
    await this.database.inWorkspace(workspaceId, async (tx) => {
      const { generation, ...transcription } = await this.findIn(tx, id);
      const unfinished = !isFinished(transcription);
      await this.outbox.forget(tx, id);
      // Held first, as whatever else ends a run does it.
      await this.generations.hold(tx, id);
      await this.quota.settle(tx, { id, generation });
      await this.transcriptions.remove(tx, id);
      await this.outside.deleted(tx, transcription, 'request');
      // A while later, because a worker that is cutting the recording learns at its next heartbeat that it should stop.
      await this.discard(tx, id, unfinished ? STOP_SECONDS : 0);
    });
  }

  /** The recordings somebody waits for a transcript of. */
  async recordingsInWork(tx: WorkspaceTransaction): Promise<string[]> {
    return this.transcriptions.recordingsInWork(tx);
  }

  /**
   * Removes transcriptions that ended more than so many days ago, the oldest first.
   * @returns the ids of those removed, at most `limit`
   */
  async removeOlder(tx: WorkspaceTransaction, days: number, limit: number): Promise<string[]> {
    const removed = await this.transcriptions.removeOlder(tx, days, limit);
    for (const transcription of removed) {
      await this.discard(tx, transcription.id, 0);
      await this.outside.deleted(tx, transcription, 'retention');
    }
    return removed.map(({ id }) => id);
  }

  /** Owes the removal of what is stored of a transcription that is gone. */
  private async discard(tx: WorkspaceTransaction, id: string, delaySeconds: number): Promise<void> {
    await this.outbox.add(tx, 'storage.discard', {
      workspaceId: tx.workspaceId,
      subjectId: id,
      // A generation no run has: a run's own clearing, if it was owed, is another job.
      generation: 0,
      delaySeconds,
      payload: { prefix: transcriptionPrefix(tx.workspaceId, id) },
    });
  }

  /**
   * Who speaks on each channel that is to be transcribed apart; null when none is.
   * @throws FieldError channels_unsuitable
   */
  private async channelsOf(
    tx: WorkspaceTransaction,
    audio: Audio,
    { channels: wished }: TranscriptionWish,
  ): Promise<string[] | null> {
    const second = await this.secondTracks.findIn(tx, audio);
    if (second !== null) {
      if (wished === 'mixed')
        throw unsuitable('The recording has two tracks, which are always transcribed apart. Leave out "channels".');
      return [second.firstName, second.name];
    }
    if (wished !== 'separate') return null;
    if (audio.channels < 2) throw unsuitable(transcriptionErrors.channels_unsuitable.example);
    return Array.from({ length: audio.channels }, (_, channel) => `Channel ${channel + 1}`);
  }

  private async findIn(tx: WorkspaceTransaction, id: string): Promise<Transcription> {
    const transcription = await this.transcriptions.find(tx, id);
    if (transcription === null) throw notFound();
    return transcription;
  }
}

/** Passes on what is wrong with an order; whatever else goes wrong ends the whole. */
function refusal(error: unknown): FieldError {
  if (error instanceof FieldError && !isDatabaseUnavailable(error)) return error;
  throw error;
}

function unsuitable(detail: string): FieldError {
  return new FieldError(transcriptionErrors.channels_unsuitable, detail);
}

function notFound(): FieldError {
  return new FieldError(transcriptionErrors.transcription_not_found, transcriptionErrors.transcription_not_found.example);
}

function notReady(transcription: Transcription): FieldError {
  const detail =
    transcription.status === 'failed'
      ? `The transcription failed: ${transcription.errorDetail ?? 'for a reason that was not recorded'}`
      : `The transcription is ${transcription.status} (${progressOf(transcription)} %). Ask again when GET /api/v1/transcriptions/${transcription.id} says completed.`;
  return new FieldError(transcriptionErrors.transcript_not_ready, detail);
}
