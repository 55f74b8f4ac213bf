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
