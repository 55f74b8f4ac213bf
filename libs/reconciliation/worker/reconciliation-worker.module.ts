import { Module } from '@nestjs/common';
import { ReconciliationModule } from '../reconciliation.module.js';
import { ReconciliationSweep } from './reconciliation-sweep.js';

@Module({ imports: [ReconciliationModule], providers: [ReconciliationSweep] })
export class ReconciliationWorkerModule {}
