import type { Page, Schema, Segment, Transcription, TranscriptionOrder, TranscriptionState } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import { type FollowOptions, type ProgressEvent, ProgressFollower, type WaitOptions } from '../progress.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/transcriptions'>>;
type SegmentsQuery = QueryOf<Operation<'get', '/api/v1/transcriptions/{id}/segments'>>;
type ExportQuery = QueryOf<Operation<'get', '/api/v1/transcriptions/{id}/export'>>;

export interface CreateAndWaitOptions extends WaitOptions {
  /** Told the order as soon as the server has it; from then on nothing loses it. */
  onCreated?: ((transcription: Transcription) => unknown) | undefined;
}

/** Transcripts: ordered, followed, read, exported. */
export class TranscriptionsResource {
  private readonly transport: Transport;
  private readonly follower: ProgressFollower;

  constructor(transport: Transport) {
    this.transport = transport;
    this.follower = new ProgressFollower(transport);
  }

  /** Orders a transcript; the answer comes at once, the transcript later. */
  create(body: TranscriptionOrder, options?: RequestOptions): Promise<Transcription> {
    return this.transport.call('post', '/api/v1/transcriptions', { body }, options);
  }

  /**
   * Orders a transcript and waits for it.
   * @throws TranscriptionFailedError when it failed or was cancelled
   * @throws UnfinishedError when the waiting ends before: it carries the id, the transcription goes on, and `wait` goes on waiting
   */
  async createAndWait(order: TranscriptionOrder, options: CreateAndWaitOptions = {}): Promise<Transcription> {
    const { onCreated, maxWaitMs, onProgress, ...rest } = options;
    const created = await this.create(order, rest);
    await onCreated?.(created);
    return this.wait(created.id, { ...rest, maxWaitMs, onProgress });
  }

  /** Waits for a transcription that was ordered; throws as `createAndWait` does. */
  wait(id: string, options: WaitOptions = {}): Promise<Transcription> {
    return this.follower.wait(id, options);
  }

  /** Its states as they come about, until the last; connections that break are made again where they ended. */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<ProgressEvent> {
    return this.follower.follow(id, options);
  }

  /** Orders many at once. */
  createBatch(body: Schema<'OrderBatchDto'>, options?: RequestOptions): Promise<Schema<'BatchDto'>> {
    return this.transport.call('post', '/api/v1/transcriptions/batch', { body }, options);
  }

  /** What an order would take. */
  estimate(body: Schema<'EstimateOrderDto'>, options?: RequestOptions): Promise<Schema<'EstimateDto'>> {
    return this.transport.call('post', '/api/v1/transcriptions/estimate', { body }, { ...options, repeatable: true });
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<Schema<'TranscriptionSummaryDto'>>> {
    return this.transport.call('get', '/api/v1/transcriptions', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<Schema<'TranscriptionSummaryDto'>> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<Transcription> {
    return this.transport.call('get', '/api/v1/transcriptions/{id}', { path: { id } }, options);
  }

  /** How far it is, with its place in the line and the seconds that are left. */
  status(id: string, options?: RequestOptions): Promise<TranscriptionState> {
    return this.transport.call('get', '/api/v1/transcriptions/{id}/status', { path: { id } }, options);
  }

  /** One page of its lines. */
  segments(id: string, query: SegmentsQuery = {}, options?: RequestOptions): Promise<Page<Segment>> {
    return this.transport.call('get', '/api/v1/transcriptions/{id}/segments', { path: { id }, query }, options);
  }

  /** All of its lines, in their order. */
  eachSegment(id: string, query: SegmentsQuery = {}, options?: RequestOptions): AsyncGenerator<Segment> {
    const wanted = { limit: 100, ...query };
    return eachItem((cursor) => this.segments(id, cursor === undefined ? wanted : { ...wanted, cursor }, options));
  }

  /** The transcript as a file. */
  export(id: string, query: ExportQuery = {}, options: RequestOptions = {}): Promise<Blob> {
    const path = '/api/v1/transcriptions/{id}/export';
    const request = this.transport.toRoute('get', path, { ...options, parameters: { id }, query });
    return this.transport.send(request, (response) => response.blob());
  }

  /** The transcript as text: captions, Markdown, JSON and the like. */
  async exportText(id: string, query: ExportQuery = {}, options: RequestOptions = {}): Promise<string> {
    return (await this.export(id, query, options)).text();
  }

  cancel(id: string, options?: RequestOptions): Promise<Transcription> {
    return this.transport.call('post', '/api/v1/transcriptions/{id}/cancel', { path: { id } }, options);
  }

  /** Does anew what failed. */
  retry(id: string, options?: RequestOptions): Promise<Transcription> {
    return this.transport.call('post', '/api/v1/transcriptions/{id}/retry', { path: { id } }, options);
  }

  remove(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/transcriptions/{id}', { path: { id } }, options);
  }
}
