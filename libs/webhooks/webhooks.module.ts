import { Module } from '@nestjs/common';
import { OutgoingModule } from '#outgoing';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveryBacklog } from './delivery-backlog.js';
import { EndpointSwitch } from './endpoint-switch.js';
import { EndpointVault } from './endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { ProductEventsModule } from './product-events.module.js';
import { ReplayService } from './replay.service.js';
import { WebhooksService } from './webhooks.service.js';

/** Endpoints of workspaces and what is sent to them; wants the vault, the audit log and `IdempotencyModule`. */
@Module({
  imports: [OutgoingModule, ProductEventsModule],
  providers: [
    EndpointsRepository,
    DeliveriesRepository,
    EndpointVault,
    EndpointSwitch,
    WebhooksService,
    ReplayService,
    DeliveryBacklog,
  ],
  exports: [
    EndpointsRepository,
    DeliveriesRepository,
    EndpointVault,
    EndpointSwitch,
    WebhooksService,
    ReplayService,
    OutgoingModule,
  ],
})
export class WebhooksModule {}
