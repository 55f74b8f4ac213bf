import { Module } from '@nestjs/common';
import { CircuitsModule } from '#circuits';
import { FiguresAccess } from './figures-access.js';
import { HealthReports } from './health-reports.js';

/** How this process and the installation do, for those who run it. */
@Module({
  imports: [CircuitsModule],
  providers: [HealthReports, FiguresAccess],
  exports: [HealthReports, FiguresAccess, CircuitsModule],
})
export class HealthModule {}
