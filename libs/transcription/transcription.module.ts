import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { CircuitsModule } from '#circuits';
import { ProviderKeysModule } from '#provider-keys';
import { SpeechModule } from '#speech';
import { ProductEventsModule } from '#webhooks';
import { BackgroundService } from './background-service.js';
import { ChunkObjects } from './chunk-objects.js';
import { EngineChoice } from './engine-choice.js';
import { GenerationsRepository } from './generations.repository.js';
import { MeasuredSpeeds } from './measured-speeds.js';
import { OutlookRepository } from './outlook.repository.js';
import { Outlooks } from './outlook.js';
import { ProviderCalls } from './provider-calls.js';
import { TranscriptionControl } from './transcription-control.service.js';
import { TranscriptionEvents } from './transcription-events.js';
import { TranscriptionQuota } from './transcription-quota.js';
import { TranscriptionService } from './transcription.service.js';
import { TranscriptionsRepository } from './transcriptions.repository.js';

@Module({
  imports: [AudioModule, CircuitsModule, ProductEventsModule, ProviderKeysModule, SpeechModule],
  providers: [
    TranscriptionEvents,
    TranscriptionsRepository,
    OutlookRepository,
    Outlooks,
    MeasuredSpeeds,
    EngineChoice,
    BackgroundService,
    GenerationsRepository,
    ChunkObjects,
    ProviderCalls,
    TranscriptionQuota,
    TranscriptionService,
    TranscriptionControl,
  ],
  exports: [
    TranscriptionEvents,
    TranscriptionsRepository,
    Outlooks,
    EngineChoice,
    BackgroundService,
    ChunkObjects,
    ProviderCalls,
    TranscriptionQuota,
    TranscriptionService,
    TranscriptionControl,
  ],
})
export class TranscriptionModule {}
