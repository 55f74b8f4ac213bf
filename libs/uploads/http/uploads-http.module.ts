import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads.module.js';
import { ImportController } from './import.controller.js';
import { ResumableController } from './resumable.controller.js';
import { UploadsController } from './uploads.controller.js';

@Module({ imports: [UploadsModule], controllers: [ImportController, ResumableController, UploadsController] })
export class UploadsHttpModule {}
