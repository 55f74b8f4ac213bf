import { Module } from '@nestjs/common';
import { RetentionModule } from '../retention.module.js';
import { RetentionSweep } from './retention-sweep.js';

@Module({ imports: [RetentionModule], providers: [RetentionSweep] })
export class RetentionWorkerModule {}
