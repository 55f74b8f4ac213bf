import { Module } from '@nestjs/common';
import { DiscardHandler } from './discard.handler.js';
import { UnfinishedUploads } from './unfinished-uploads.js';

@Module({ providers: [DiscardHandler, UnfinishedUploads] })
export class StorageWorkerModule {}
