import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { ProviderKeysModule } from '#provider-keys';
import { TranscriptionService } from './transcription.service.js';
import { TranscriptionsRepository } from './transcriptions.repository.js';

@Module({
  imports: [AudioModule, ProviderKeysModule],
  providers: [TranscriptionsRepository, TranscriptionService],
  exports: [TranscriptionsRepository, TranscriptionService],
})
export class TranscriptionModule {}
