export { Log, type LogOptions } from './log.js';
export {
  type Counter,
  type Gauge,
  type Histogram,
  type Measure,
  Metrics,
  METRICS_TYPE,
  NoMetrics,
  type Reading,
} from './metrics/metrics.js';
export { ObservabilityModule } from './observability.module.js';
export { openLog } from './open-log.js';
export { endInTime } from './process-end.js';
export { Readiness, type ReadinessCheck, type ReadinessReport } from './readiness.js';
export {
  acceptDevice,
  acceptRequestId,
  currentContext,
  currentRequestId,
  newRequestId,
  type RequestContext,
  runInContext,
} from './request-context.js';
export type { NewSpan, Span } from './tracing/span.js';
export { currentTraceparent, inSpan } from './tracing/spans.js';
export { NoTraces, Traces } from './tracing/traces.js';
export { VERSION } from './version.js';
