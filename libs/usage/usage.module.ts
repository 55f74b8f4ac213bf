import { Global, Module } from '@nestjs/common';
import { UsageRecords } from './usage-records.repository.js';

/** What is used, for every room that has others work. */
@Global()
@Module({ providers: [UsageRecords], exports: [UsageRecords] })
export class UsageModule {}
