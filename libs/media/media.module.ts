import { Module } from '@nestjs/common';
import { MediaService } from './media.service.js';
import { ProgramRunner } from './program-runner.js';

/** Gives recordings as files, and the one way to run outside programs. */
@Module({ providers: [MediaService, ProgramRunner], exports: [MediaService, ProgramRunner] })
export class MediaModule {}
