import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { SpeechModule } from '#speech';
import { TranscriptionService } from './transcription.service.js';
import { TranscriptionsRepository } from './transcriptions.repository.js';

@Module({
  imports: [AudioModule, SpeechModule],
  providers: [TranscriptionsRepository, TranscriptionService],
  exports: [TranscriptionsRepository, TranscriptionService],
})
export class TranscriptionModule {}
