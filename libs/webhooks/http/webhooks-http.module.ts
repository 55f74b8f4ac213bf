import { Module } from '@nestjs/common';
import { WebhooksModule } from '../webhooks.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { RestHooksController } from './rest-hooks.controller.js';
import { WebhooksController } from './webhooks.controller.js';

@Module({ imports: [WebhooksModule], controllers: [RestHooksController, WebhooksController, DeliveriesController] })
export class WebhooksHttpModule {}
