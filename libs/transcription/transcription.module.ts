import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { ProviderKeysModule } from '#provider-keys';
import { ChunkObjects } from './chunk-objects.js';
import { GenerationsRepository } from './generations.repository.js';
import { TranscriptionControl } from './transcription-control.service.js';
import { TranscriptionService } from './transcription.service.js';
import { TranscriptionsRepository } from './transcriptions.repository.js';

@Module({
  imports: [AudioModule, ProviderKeysModule],
  providers: [TranscriptionsRepository, GenerationsRepository, ChunkObjects, TranscriptionService, TranscriptionControl],
  exports: [TranscriptionsRepository, ChunkObjects, TranscriptionService, TranscriptionControl],
})
export class TranscriptionModule {}
