export { fingerprintOf, fingerprintOfForm } from './fingerprint.js';
export { idempotencyErrors } from './idempotency.errors.js';
export { IdempotencyModule } from './idempotency.module.js';
export { IdempotencyService } from './idempotency.service.js';
export { IdempotentEffects, inIdempotentRun, noteForm } from './idempotent-effects.js';
