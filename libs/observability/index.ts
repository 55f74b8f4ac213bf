export { Log, type LogOptions } from './log.js';
export { ObservabilityModule } from './observability.module.js';
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
