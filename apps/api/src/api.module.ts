import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeysHttpModule } from '#api-keys/http';
import { AudioHttpModule } from '#audio/http';
import { AuditModule } from '#audit';
import { AuditHttpModule } from '#audit/http';
import { type Config, ConfigModule } from '#config';
import { DatabaseModule } from '#database';
import { EventsModule } from '#events';
import { FederationHttpModule } from '#federation/http';
import { HealthHttpModule } from '#health/http';
import { IdempotencyModule } from '#idempotency';
import { IdentityHttpModule } from '#identity/http';
import { MailModule } from '#mail';
import { MailHttpModule } from '#mail/http';
import { type Log, ObservabilityModule } from '#observability';
import { OpenAiCompatHttpModule } from '#openai-compat/http';
import { ProviderKeysHttpModule } from '#provider-keys/http';
import { ProvidersHttpModule } from '#providers/http';
import { QueuesModule } from '#queues';
import { QuotaModule } from '#quota';
import { QuotaHttpModule } from '#quota/http';
import { UsageModule } from '#usage';
import { UsageHttpModule } from '#usage/http';
import { StorageModule } from '#storage';
import { StorageHttpModule } from '#storage/http';
import { TranscriptionHttpModule } from '#transcription/http';
import { UploadsHttpModule } from '#uploads/http';
import { VaultModule } from '#vault';
import { WebhooksHttpModule } from '#webhooks/http';
import { WorkspacesHttpModule } from '#workspaces/http';

/** What the API gateway is made of: the ground, and the HTTP doors of the rooms. */
@Module({})
export class ApiModule {
  static with(config: Config, log: Log): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        ConfigModule.with(config),
        ObservabilityModule.with(log),
        DatabaseModule.as('steno-api'),
        AuditModule,
        VaultModule,
        StorageModule.forConfig(),
        EventsModule,
        QueuesModule,
        MailModule,
        QuotaModule,
        UsageModule,
        IdempotencyModule,
        IdentityHttpModule,
        FederationHttpModule,
        ApiKeysHttpModule,
        HealthHttpModule,
        StorageHttpModule,
        MailHttpModule,
        AudioHttpModule,
        UploadsHttpModule,
        TranscriptionHttpModule,
        ProviderKeysHttpModule,
        ProvidersHttpModule,
        OpenAiCompatHttpModule,
        WorkspacesHttpModule,
        AuditHttpModule,
        QuotaHttpModule,
        UsageHttpModule,
        WebhooksHttpModule,
      ],
    };
  }
}
