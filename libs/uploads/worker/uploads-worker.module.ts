import { Module } from '@nestjs/common';
import { UploadsModule } from '../uploads.module.js';
import { ClearHandler } from './clear.handler.js';
import { ImportHandler } from './import.handler.js';
import { UploadSweep } from './upload-sweep.js';

@Module({ imports: [UploadsModule], providers: [ImportHandler, ClearHandler, UploadSweep] })
export class UploadsWorkerModule {}
