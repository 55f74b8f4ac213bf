import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { ResumableUploads } from './resumable-uploads.js';
import { UploadCompletion } from './upload-completion.js';
import { UploadsRepository } from './uploads.repository.js';
import { UploadsService } from './uploads.service.js';

@Module({
  imports: [AudioModule],
  providers: [UploadsRepository, UploadsService, UploadCompletion, ResumableUploads],
  exports: [AudioModule, UploadsRepository, UploadsService, UploadCompletion, ResumableUploads],
})
export class UploadsModule {}
