import { Module } from '@nestjs/common';
import { IdentityHttpModule } from '#identity/http';
import { UsageReports } from '../usage-reports.service.js';
import { UsageController } from './usage.controller.js';

@Module({ imports: [IdentityHttpModule], controllers: [UsageController], providers: [UsageReports] })
export class UsageHttpModule {}
