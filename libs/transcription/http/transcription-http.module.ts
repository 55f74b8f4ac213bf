import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { TranscriptionModule } from '../transcription.module.js';
import { TranscribeUploadController } from './transcribe-upload.controller.js';
import { TranscriptionControlController } from './transcription-control.controller.js';
import { TranscriptionsController } from './transcriptions.controller.js';

@Module({
  imports: [TranscriptionModule, AudioModule],
  controllers: [TranscriptionsController, TranscriptionControlController, TranscribeUploadController],
})
export class TranscriptionHttpModule {}
