export { CallCounts, type CallSink } from './call-counts.js';
export { type CallTotal, LimitStorage } from './limit-storage.js';
export { Policies, type Policy, type PolicyName, type PolicyOf, type SubjectOf } from './policies.js';
export { type Decision, type Hit, RateLimits, refusal, secondsLeft, type Standing } from './rate-limits.js';
export { RateLimitsModule } from './rate-limits.module.js';
