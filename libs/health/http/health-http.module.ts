import { Module } from '@nestjs/common';
import { HealthModule } from '../health.module.js';
import { HealthController } from './health.controller.js';
import { WorkerPresence } from './worker-presence.js';

@Module({ imports: [HealthModule], controllers: [HealthController], providers: [WorkerPresence] })
export class HealthHttpModule {}
