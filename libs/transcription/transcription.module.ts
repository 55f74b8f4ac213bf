import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { ProviderKeysModule } from '#provider-keys';
import { BackgroundService } from './background-service.js';
import { ChunkObjects } from './chunk-objects.js';
import { GenerationsRepository } from './generations.repository.js';
import { OutlookRepository } from './outlook.repository.js';
import { Outlooks } from './outlook.js';
import { ProviderCalls } from './provider-calls.js';
import { TranscriptionControl } from './transcription-control.service.js';
import { TranscriptionQuota } from './transcription-quota.js';
import { TranscriptionService } from './transcription.service.js';
import { TranscriptionsRepository } from './transcriptions.repository.js';

@Module({
  imports: [AudioModule, ProviderKeysModule],
  providers: [
    TranscriptionsRepository,
    OutlookRepository,
    Outlooks,
    BackgroundService,
    GenerationsRepository,
    ChunkObjects,
    ProviderCalls,
    TranscriptionQuota,
    TranscriptionService,
    TranscriptionControl,
  ],
  exports: [
    TranscriptionsRepository,
    Outlooks,
    BackgroundService,
    ChunkObjects,
    ProviderCalls,
    TranscriptionQuota,
    TranscriptionService,
    TranscriptionControl,
  ],
})
export class TranscriptionModule {}
