import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { WorkerPresence } from './worker-presence.js';

@Module({ controllers: [HealthController], providers: [WorkerPresence] })
export class HealthHttpModule {}
