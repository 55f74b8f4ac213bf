import { Module } from '@nestjs/common';
import { IdempotencyKeysRepository } from '../idempotency-keys.repository.js';
import { KeptAnswerSweep } from './kept-answer-sweep.js';

/** The end of remembered requests. */
@Module({ providers: [IdempotencyKeysRepository, KeptAnswerSweep] })
export class IdempotencyWorkerModule {}
