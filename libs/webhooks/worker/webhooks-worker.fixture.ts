import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuditModule } from '#audit';
import { type Config, ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { IdempotencyModule } from '#idempotency';
import { MailModule } from '#mail';
import { Log, ObservabilityModule } from '#observability';
import type { OutgoingLimits } from '#outgoing';
import { JOB_NAMES, QueuesModule } from '#queues';
import { QueuesWorkerModule } from '#queues/worker';
import { noHandler } from '#testing/jobs';
import { VaultModule } from '#vault';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksWorkerModule } from './webhooks-worker.module.js';

/** Waits a tenth as long for an answer. */
@Injectable()
class HastySender extends WebhookSender {
  protected override readonly limits: Omit<OutgoingLimits, 'redirects'> = {
    schemes: ['http'],
    connectSeconds: 1,
    idleSeconds: 1.5,
    totalSeconds: 1.5,
    maxBytes: 1_000,
  };
}

/**
 * A worker that delivers events and does nothing else, in a bit of a hurry.
 * @param logged gets its log, line by line
 */
export async function startWebhooksWorker(config: Config, logged: string[]): Promise<TestingModule> {
  const log = new Log({ app: 'test', level: 'debug', destination: { write: (line: string) => void logged.push(line) } });
  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.with(config),
      ObservabilityModule.with(log),
      DatabaseModule.as('steno-test'),
      AuditModule,
      VaultModule,
      QueuesModule,
      MailModule,
      IdempotencyModule,
      QueuesWorkerModule,
      WebhooksWorkerModule,
    ],
    providers: JOB_NAMES.filter((name) => !name.startsWith('webhooks.')).map(noHandler),
  })
    .overrideProvider(WebhookSender)
    .useClass(HastySender)
    .compile();
  return app.init();
}
