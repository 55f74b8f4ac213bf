import { Module } from '@nestjs/common';
import { PurgeHandler } from './purge.handler.js';

@Module({ providers: [PurgeHandler] })
export class WorkspacesWorkerModule {}
