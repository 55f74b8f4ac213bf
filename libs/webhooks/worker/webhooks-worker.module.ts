import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { WebhooksModule } from '../webhooks.module.js';
import { DeliverHandler } from './deliver.handler.js';
import { DeliveryFigures } from './delivery-figures.js';
import { DeliveryOutcomes } from './delivery-outcomes.js';
import { EventSweep } from './event-sweep.js';
import { ParkedSweep } from './parked-sweep.js';
import { WarnHandler } from './warn.handler.js';
import { WebhookSender } from './webhook-sender.js';

/** Delivers events; wants the `MailModule` beside it. */
@Module({
  imports: [IdentityModule, WebhooksModule],
  providers: [WebhookSender, DeliveryFigures, DeliveryOutcomes, DeliverHandler, WarnHandler, EventSweep, ParkedSweep],
})
export class WebhooksWorkerModule {}
