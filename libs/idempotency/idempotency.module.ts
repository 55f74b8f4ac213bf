import { Global, Module } from '@nestjs/common';
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js';
import { IdempotencyService } from './idempotency.service.js';
import { IdempotentEffects } from './idempotent-effects.js';

/** One key, one effect; for every room that creates something. */
@Global()
@Module({
  providers: [IdempotencyKeysRepository, IdempotencyService, IdempotentEffects],
  exports: [IdempotencyService, IdempotentEffects],
})
export class IdempotencyModule {}
