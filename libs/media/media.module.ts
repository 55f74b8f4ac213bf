import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Log } from '#observability';
import { MediaService } from './media.service.js';
import { ProgramRunner } from './program-runner.js';
import { TracksService } from './tracks/tracks.service.js';

const SWEEP_MS = 3_600_000;

/** Gives recordings as files, and the one way to run outside programs. */
@Module({ providers: [MediaService, TracksService, ProgramRunner], exports: [MediaService, TracksService, ProgramRunner] })
export class MediaModule implements OnModuleInit, OnModuleDestroy {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly media: MediaService,
    private readonly log: Log,
  ) {}

  /** What killed processes left on the disk goes when one starts, and every hour: another container's shows no sign of life for a while first. */
  async onModuleInit(): Promise<void> {
    await this.media.sweepWorkDirectories();
    this.timer = setInterval(() => {
      this.media
        .sweepWorkDirectories()
        .catch((error: unknown) => this.log.warn('Work directories could not be swept', { error }));
    }, SWEEP_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
