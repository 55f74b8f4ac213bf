import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { IdentityHttpModule } from '#identity/http';
import { RateLimitsModule } from '#rate-limits';
import { WorkspaceCallsRepository } from '../workspace-calls.repository.js';
import { CallQuotaInterceptor } from './call-quota.interceptor.js';
import { CallQuotas } from '../call-quotas.js';
import { QuotasController } from './quotas.controller.js';

@Module({
  imports: [RateLimitsModule, IdentityHttpModule],
  controllers: [QuotasController],
  providers: [WorkspaceCallsRepository, CallQuotas, { provide: APP_INTERCEPTOR, useClass: CallQuotaInterceptor }],
  exports: [CallQuotas],
})
export class QuotaHttpModule {}
