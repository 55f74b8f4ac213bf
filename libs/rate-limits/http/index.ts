export { LimitedBy } from './limited-by.decorator.js';
export { RateLimitsHttpModule } from './rate-limits-http.module.js';
export { type LimitedActor, RequestLimits, type RoutePolicy } from './request-limits.js';
