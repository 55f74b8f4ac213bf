import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import type { NewSpan, Span, SpanAttributes, SpanKind } from './span.js';
import { Traces } from './traces.js';

const KINDS: Record<SpanKind, OtelKind> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

/** A process that ends does not wait longer for a collector. */
const CLOSE_WITHIN_MS = 3_000;
const SEND_EVERY_MS = 2_000;

interface Collector {
  url: string;
  headers: Record<string, string>;
  /** Share of the traces that begin here, 0 to 1. */
  ratio: number;
}

/** Traces by OTLP, with the SDK of OpenTelemetry. Its own way of carrying the current span is not used: `RequestContext` does that. */
export class OtlpTraces extends Traces {
  readonly isActive = true;
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  constructor(app: string, version: string, { url, headers, ratio }: Collector) {
    super();
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': `steno-${app}`,
        'service.version': version,
        'service.instance.id': String(process.pid),
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new OTLPTraceExporter({ url, headers, timeoutMillis: 10_000 }),
          scheduledDelayMillis: SEND_EVERY_MS,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('steno', version);
  }

  begin(span: NewSpan, traceparent?: string | null): Span {
    const remote = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
    const parent = remote === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
    return startSpan(this.tracer, span, parent);
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    // A collector that is away is nobody's failure.
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

function startSpan(tracer: Tracer, { name, kind, attributes = {}, startedAt }: NewSpan, parent: Context): Span {
  return new OpenSpan(
    tracer,
    tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes }, startTime: startedAt }, parent),
  );
}

class OpenSpan implements Span {
  readonly traceparent: string;

  constructor(
    private readonly tracer: Tracer,
    private readonly span: OtelSpan,
  ) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  child(made: NewSpan): Span {
    return startSpan(this.tracer, made, trace.setSpan(ROOT_CONTEXT, this.span));
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes({ ...attributes });
  }

  /** The kind of error alone: messages may hold what somebody said. */
  fail(error: unknown): void {
    this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.setAttribute('error.type', typeOf(error));
  }

  end(endedAt?: number): void {
    this.span.end(endedAt);
  }
}

function typeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const kind = 'kind' in error && typeof error.kind === 'string' ? error.kind : undefined;
  return code ?? kind ?? error.name;
}
