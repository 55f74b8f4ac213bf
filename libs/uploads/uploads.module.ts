import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { OutgoingModule } from '#outgoing';
import { ProductEventsModule } from '#webhooks';
import { ImportService } from './import/import.service.js';
import { ImportsRepository } from './import/imports.repository.js';
import { ResumableUploads } from './resumable-uploads.js';
import { UploadCompletion } from './upload-completion.js';
import { UploadFigures } from './upload-figures.js';
import { UploadsRepository } from './uploads.repository.js';
import { UploadsService } from './uploads.service.js';

@Module({
  imports: [AudioModule, OutgoingModule, ProductEventsModule],
  providers: [
    UploadFigures,
    UploadsRepository,
    UploadsService,
    UploadCompletion,
    ResumableUploads,
    ImportsRepository,
    ImportService,
  ],
  exports: [
    AudioModule,
    OutgoingModule,
    ImportsRepository,
    ImportService,
    UploadsRepository,
    UploadsService,
    UploadCompletion,
    ResumableUploads,
  ],
})
export class UploadsModule {}
