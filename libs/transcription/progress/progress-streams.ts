import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { FieldError } from '#errors';
import { Events } from '#events';
import { transcriptionErrors } from '../transcription.errors.js';
import { isFinished } from '../transcription-view.js';
import { type ListedTranscription, TranscriptionsRepository } from '../transcriptions.repository.js';
import { Bell } from './bell.js';
import { sequenceOf } from './progress-sequence.js';

/** A state a listener has not heard of, or that there is none for a while. */
export type ProgressNews = { sequence: number; transcription: ListedTranscription } | 'nothing';

/** Streams of one workspace in this process. */
export const MOST_STREAMS = 100;
/** After so long without a ring the row is looked at all the same, and a sign of life is given: proxies end what is silent for a minute. */
const SILENCE_MS = 15_000;
/** Chunks may be done many times a second; people see no more than one state in so long, and the first of them at once. */
const SHORTEST_STEP_MS = 250;

/**
 * How transcriptions go on, told while it happens. Whatever is told is read from the row: a listener that comes back to another
 * process hears the same, one that is slow skips what is past, and a ring that got lost costs seconds, not the end of the story.
 */
@Injectable()
export class ProgressStreams implements BeforeApplicationShutdown {
  /** By workspace: how to end each. */
  private readonly open = new Map<string, Set<AbortController>>();

  constructor(
    private readonly database: Database,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly events: Events,
  ) {}

  /** Whoever listens comes back, to another process. */
  beforeApplicationShutdown(): void {
    for (const streams of this.open.values()) for (const stream of [...streams]) stream.abort();
  }

  /**
   * Tells of each state newer than the one heard of last, until the last one.
   * @param heardOf the sequence of that state; null: of none
   * @param stream aborted by who no longer listens, and here when this process ends
   * @returns null when there is and will be nothing newer
   * @throws FieldError transcription_not_found, too_many_streams
   */
  async follow(
    workspaceId: string,
    id: string,
    heardOf: number | null,
    stream: AbortController,
  ): Promise<AsyncGenerator<ProgressNews> | null> {
    const now = await this.look(workspaceId, id);
    if (now === null)
      throw new FieldError(transcriptionErrors.transcription_not_found, transcriptionErrors.transcription_not_found.example);
    // A number that was never given is of another transcription, or made up.
    const heard = heardOf !== null && heardOf <= sequenceOf(now) ? heardOf : -1;
    if (isFinished(now) && heard === sequenceOf(now)) return null;
    return this.tell(workspaceId, id, heard, stream.signal, this.takePlace(workspaceId, stream));
  }

  private async *tell(
    workspaceId: string,
    id: string,
    heard: number,
    signal: AbortSignal,
    leave: () => void,
  ): AsyncGenerator<ProgressNews> {
    const bell = new Bell();
    const hushed = this.events.subscribe(`transcription:${id}`, () => bell.ring());
    try {
      for (let last = heard; !signal.aborted;) {
        const lookedAt = performance.now();
        const transcription = await this.look(workspaceId, id);
        if (transcription === null) return;
        const sequence = sequenceOf(transcription);
        if (sequence > last) yield { sequence, transcription };
        else yield 'nothing';
        last = Math.max(last, sequence);
        if (isFinished(transcription)) return;
        if (await bell.heard(SILENCE_MS, signal)) await sleep(Math.max(0, lookedAt + SHORTEST_STEP_MS - performance.now()));
      }
    } finally {
      hushed();
      leave();
    }
  }

  /** @returns gives the place back; so does aborting, for a stream that is never read from never comes to its end */
  private takePlace(workspaceId: string, stream: AbortController): () => void {
    const streams = this.open.get(workspaceId) ?? new Set();
    if (streams.size >= MOST_STREAMS)
      throw new FieldError(transcriptionErrors.too_many_streams, transcriptionErrors.too_many_streams.example, {
        retryAfterSeconds: 10,
      });
    this.open.set(workspaceId, streams.add(stream));
    const leave = (): void => {
      if (streams.delete(stream) && streams.size === 0) this.open.delete(workspaceId);
    };
    stream.signal.addEventListener('abort', leave, { once: true });
    if (stream.signal.aborted) leave();
    return leave;
  }

  private async look(workspaceId: string, id: string): Promise<ListedTranscription | null> {
    return this.database.inWorkspace(workspaceId, (tx) => this.transcriptions.state(tx, id));
  }
}
