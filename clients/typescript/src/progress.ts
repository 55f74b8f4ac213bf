import { ApiError, ConnectionError, StenoError, TranscriptionFailedError, UnfinishedError, type WaitEnd } from './errors.ts';
import { readEvents, type StreamEvent } from './event-stream.ts';
import type { Transcription, TranscriptionState } from './models.ts';
import { limited, pause } from './pause.ts';
import type { RequestOptions, Transport } from './transport.ts';

const EVENTS = '/api/v1/transcriptions/{id}/events';
const STATE = '/api/v1/transcriptions/{id}';
/** The server gives a sign of life every 15 seconds; after three of them the connection is taken for dead. */
const SILENCE_MS = 45_000;
const DEFAULT_RETRY_MS = 2_000;
/** Connections one after the other that brought nothing. */
const MOST_EMPTY_CONNECTIONS = 5;
const DEFAULT_WAIT_MS = 3_600_000;

/** A state of a transcription, as it was told when it came about. */
export interface ProgressEvent {
  /** Give it as `lastEventId` to hear only what is newer. */
  id: string;
  /** `progress` until the last one. */
  type: 'progress' | 'completed' | 'failed' | 'cancelled';
  state: Pick<TranscriptionState, 'id' | 'status' | 'stage' | 'progress' | 'error'>;
}

export interface FollowOptions extends RequestOptions {
  /** The last event that was heard before. */
  lastEventId?: string | undefined;
}

export interface WaitOptions extends RequestOptions {
  /** Milliseconds until the waiting ends with an UnfinishedError; an hour when left out. */
  maxWaitMs?: number | undefined;
  onProgress?: ((state: ProgressEvent['state']) => void) | undefined;
}

/** Follows transcriptions: connections that break are made again, where the last one ended. */
export class ProgressFollower {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Each state newer than the last one heard, until the last there will be. */
  async *follow(id: string, { lastEventId, ...options }: FollowOptions): AsyncGenerator<ProgressEvent> {
    const listener = { last: lastEventId, retryMs: DEFAULT_RETRY_MS };
    for (let empty = 0; ; empty += 1) {
      let failure: unknown;
      try {
        for await (const event of this.connection(id, listener, options)) {
          if (event === 'over') return;
          empty = 0;
          yield event;
          if (event.type !== 'progress') return;
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof StenoError && !(error instanceof ConnectionError)) throw error;
        failure = error;
      }
      if (empty >= MOST_EMPTY_CONNECTIONS) throw asConnectionError(failure);
      await pause(listener.retryMs, options.signal);
    }
  }

  /**
   * Waits until the transcription has ended, over broken connections and restarts of the server.
   * @throws TranscriptionFailedError when it failed or was cancelled
   * @throws UnfinishedError, with the id, when the waiting ends before
   */
  async wait(id: string, { maxWaitMs = DEFAULT_WAIT_MS, onProgress, ...options }: WaitOptions): Promise<Transcription> {
    const { signal, timer } = limited(maxWaitMs, options.signal);
    try {
      for (;;) {
        const found = await this.look(id, { ...options, signal, onProgress });
        if (found?.status === 'completed') return found;
        if (found?.status === 'failed' || found?.status === 'cancelled') throw new TranscriptionFailedError(found);
        await pause(DEFAULT_RETRY_MS, signal);
      }
    } catch (error) {
      if (error instanceof TranscriptionFailedError) throw error;
      const reason: WaitEnd = options.signal?.aborted === true ? 'aborted' : timer.aborted ? 'timeout' : 'failure';
      throw new UnfinishedError(id, reason, error);
    }
  }

  /** Follows to the end, if nothing comes between, and reads what there is then; undefined while the server is away. */
  private async look(id: string, { onProgress, ...options }: Omit<WaitOptions, 'maxWaitMs'>): Promise<Transcription | undefined> {
    try {
      for await (const { state } of this.follow(id, options)) onProgress?.(state);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
    }
    try {
      return await this.transport.call('get', STATE, { path: { id } }, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
      return undefined;
    }
  }

  /** The events of one connection. */
  private async *connection(
    id: string,
    listener: { last: string | undefined; retryMs: number },
    options: RequestOptions,
  ): AsyncGenerator<ProgressEvent | 'over'> {
    const silence = new AbortController();
    const signal = options.signal === undefined ? silence.signal : AbortSignal.any([options.signal, silence.signal]);
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
    };
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (listener.last !== undefined) headers['last-event-id'] = listener.last;
    try {
      const request = { ...this.transport.toRoute('get', EVENTS, { ...options, parameters: { id } }), headers, signal };
      const body = await this.transport.send(request, bodyOf);
      if (body === null) {
        yield 'over';
        return;
      }
      alive();
      const onRetry = (milliseconds: number): void => {
        listener.retryMs = milliseconds;
      };
      for await (const event of readEvents(body, { onPiece: alive, onRetry })) {
        listener.last = event.id;
        yield toProgress(event);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}

/** Null when there is nothing to hear any more. */
function bodyOf({ status, body }: Response): Promise<ReadableStream<Uint8Array> | null> {
  return Promise.resolve(status === 204 ? null : (body as ReadableStream<Uint8Array> | null));
}

function toProgress({ id, event, data }: StreamEvent): ProgressEvent {
  return { id, type: event as ProgressEvent['type'], state: JSON.parse(data) as ProgressEvent['state'] };
}

/** What may be over when it is tried again later. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 429 || error.status === 408 || error.status >= 500;
  return error instanceof ConnectionError;
}

function asConnectionError(error: unknown): ConnectionError {
  if (error instanceof ConnectionError) return error;
  return new ConnectionError('The stream of events broke off again and again.', { cause: error });
}
