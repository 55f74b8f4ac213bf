import { Module } from '@nestjs/common';
import { AudioObjects } from '#audio';
import { StoredBytes } from '#quota';
import { Attempts } from '#transcription';
import { Reconciliation } from './reconciliation.service.js';

/** Wants the `QuotaModule` and the `UsageModule` beside it. */
@Module({ providers: [AudioObjects, Attempts, StoredBytes, Reconciliation], exports: [Reconciliation] })
export class ReconciliationModule {}
