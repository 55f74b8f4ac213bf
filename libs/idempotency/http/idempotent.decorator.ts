import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiProblems } from '#errors/http';
import { idempotencyErrors } from '../idempotency.errors.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/**
 * The route creates something and may be sent again: with the same Idempotency-Key it takes effect once and answers the same for
 * 24 hours. Whatever creates must call `IdempotentEffects.mark` in its transaction.
 */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'A text of yours, best a UUID. The same request with the same key takes effect once and is answered the same for 24 hours (with `Idempotency-Replayed: true`).',
      schema: { type: 'string', maxLength: 255, example: '8e03978e-40d5-43e8-bc93-6894a57f9324' },
    }),
    ApiProblems(...Object.values(idempotencyErrors)),
  );
}
