import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '#config';
import { Log } from '#observability';
import { WorkerModule } from './worker.module.js';

/** Makes the transcription worker; it takes jobs once this returns. The one bootstrap, for `main` and for tests. */
export async function createWorker(
  config: Config,
  log = new Log({ app: 'transcription-worker', level: config.logLevel }),
): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(WorkerModule.with(config, log), { logger: log, abortOnError: false });
  app.enableShutdownHooks();
  return app;
}
