import { Test, type TestingModule } from '@nestjs/testing';
import { type Config, ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { JOB_NAMES, QueuesModule } from '#queues';
import { QueuesWorkerModule } from '#queues/worker';
import { noHandler } from '#testing/jobs';
import { VaultModule } from '#vault';
import { MailModule } from '../mail.module.js';
import { MailWorkerModule } from './mail-worker.module.js';

/**
 * A worker that sends letters and does nothing else.
 * @param logged gets its log, line by line
 */
export async function startMailWorker(config: Config, logged: string[]): Promise<TestingModule> {
  const log = new Log({ app: 'test', level: 'debug', destination: { write: (line: string) => void logged.push(line) } });
  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.with(config),
      ObservabilityModule.with(log),
      DatabaseModule.as('steno-test'),
      VaultModule,
      QueuesModule,
      MailModule,
      QueuesWorkerModule,
      MailWorkerModule,
    ],
    providers: JOB_NAMES.filter((name) => name !== 'mail.send').map(noHandler),
  }).compile();
  return app.init();
}
