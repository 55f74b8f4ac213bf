import { Module } from '@nestjs/common';
import { AudioModule, AudioObjects } from '#audio';
import { WorkspacesRepository } from '#identity';
import { TranscriptionModule, TranscriptionObjects } from '#transcription';
import { UploadObjects } from '#uploads';
import { RetentionService } from './retention.service.js';
import { StoreComparison } from './store-comparison.js';

/** The repository without the rest of its room: nobody signs in here. */
@Module({
  imports: [AudioModule, TranscriptionModule],
  providers: [WorkspacesRepository, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}

/** By itself: to compare, no service of the rooms is needed. */
@Module({ providers: [AudioObjects, UploadObjects, TranscriptionObjects, StoreComparison], exports: [StoreComparison] })
export class StoreComparisonModule {}
