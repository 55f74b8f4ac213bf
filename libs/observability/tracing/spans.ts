import { currentContext, runInContext } from '../request-context.js';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What a span says of what it is about. Never a secret, never what somebody said. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface NewSpan {
  name: string;
  kind: SpanKind;
  attributes?: SpanAttributes;
  /** Milliseconds since 1970, when it began before now. */
  startedAt?: number;
}

/** A piece of work in a trace. */
export interface Span {
  /** As the header `traceparent` of W3C Trace Context has it. */
  readonly traceparent: string;
  child(span: NewSpan): Span;
  set(attributes: SpanAttributes): void;
  fail(error: unknown): void;
  /** @param endedAt milliseconds since 1970, when it ended before now */
  end(endedAt?: number): void;
}

/** Does a piece of the work of the current request or job as a span of its trace; where nothing is traced, just does it. */
export async function inSpan<T>(made: NewSpan, work: () => Promise<T>): Promise<T> {
  const context = currentContext();
  const span = context?.span?.child(made);
  if (context === undefined || span === undefined) return work();
  return runInContext({ ...context, span }, () => ended(span, work()));
}

/** Where work that the current request or job causes elsewhere belongs; null where nothing is traced. */
export function currentTraceparent(): string | null {
  return currentContext()?.span?.traceparent ?? null;
}

/** Ends a span with its work. */
export async function ended<T>(span: Span, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
