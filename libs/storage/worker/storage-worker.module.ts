import { Module } from '@nestjs/common';
import { DiscardHandler } from './discard.handler.js';

@Module({ providers: [DiscardHandler] })
export class StorageWorkerModule {}
