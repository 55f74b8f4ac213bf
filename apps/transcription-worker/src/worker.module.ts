import { type DynamicModule, Module } from '@nestjs/common';
import { AudioWorkerModule } from '#audio/worker';
import { AuditModule } from '#audit';
import { type Config, ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { HealthModule } from '#health';
import { IdempotencyModule } from '#idempotency';
import { IdempotencyWorkerModule } from '#idempotency/worker';
import { IdentityWorkerModule } from '#identity/worker';
import { MailModule } from '#mail';
import { MailWorkerModule } from '#mail/worker';
import { type Log, ObservabilityModule } from '#observability';
import { QueuesModule } from '#queues';
import { QuotaModule } from '#quota';
import { UsageModule } from '#usage';
import { QueuesWorkerModule } from '#queues/worker';
import { QuotaWorkerModule } from '#quota/worker';
import { ReconciliationWorkerModule } from '#reconciliation/worker';
import { RetentionWorkerModule } from '#retention/worker';
import { StorageModule } from '#storage';
import { StorageWorkerModule } from '#storage/worker';
import { TranscriptionWorkerModule } from '#transcription/worker';
import { UploadsWorkerModule } from '#uploads/worker';
import { VaultModule } from '#vault';
import { WebhooksWorkerModule } from '#webhooks/worker';
import { WorkspacesWorkerModule } from '#workspaces/worker';
import { HealthServer } from './health-server.js';

/** What the transcription worker is made of: the ground, and the worker doors of the rooms. */
@Module({})
export class WorkerModule {
  static with(config: Config, log: Log): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ConfigModule.with(config),
        ObservabilityModule.with(log),
        DatabaseModule.as('steno-worker'),
        AuditModule,
        VaultModule,
        StorageModule.forConfig(),
        EventsModule,
        QueuesModule,
        MailModule,
        QuotaModule,
        UsageModule,
        HealthModule,
        // The rooms' services ask it whether a request carries a key; here none does.
        IdempotencyModule,
        IdempotencyWorkerModule,
        QueuesWorkerModule,
        StorageWorkerModule,
        IdentityWorkerModule,
        MailWorkerModule,
        QuotaWorkerModule,
        AudioWorkerModule,
        TranscriptionWorkerModule,
        UploadsWorkerModule,
        ReconciliationWorkerModule,
        RetentionWorkerModule,
        WebhooksWorkerModule,
        WorkspacesWorkerModule,
      ],
      providers: [HealthServer],
    };
  }
}
