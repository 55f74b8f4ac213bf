import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { WorkspacesRepository } from '#identity';
import { TranscriptionModule } from '#transcription';
import { RetentionService } from './retention.service.js';

/** The repository without the rest of its room: nobody signs in here. */
@Module({
  imports: [AudioModule, TranscriptionModule],
  providers: [WorkspacesRepository, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}
