import { Module, type OnModuleInit } from '@nestjs/common';
import { MediaService } from './media.service.js';
import { ProgramRunner } from './program-runner.js';

/** Gives recordings as files, and the one way to run outside programs. */
@Module({ providers: [MediaService, ProgramRunner], exports: [MediaService, ProgramRunner] })
export class MediaModule implements OnModuleInit {
  constructor(private readonly media: MediaService) {}

  /** What a process that was killed left on the disk goes when the next one starts. */
  async onModuleInit(): Promise<void> {
    await this.media.sweepWorkDirectories();
  }
}
