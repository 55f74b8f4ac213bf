import type { NewSpan, Span } from './span.js';

/** Where traces begin: with a request, or with a job that goes on with one. */
export abstract class Traces {
  /** Whether anything is traced, for those to whom even asking costs too much. */
  abstract readonly isActive: boolean;

  /**
   * Begins a span that has none above it in this process.
   * @param traceparent as it came from outside, or stands in the job's row
   * @returns undefined where nothing is traced
   */
  abstract begin(span: NewSpan, traceparent?: string | null): Span | undefined;

  /** Sends what is not sent yet. */
  abstract close(): Promise<void>;
}

export class NoTraces extends Traces {
  readonly isActive = false;

  begin(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
