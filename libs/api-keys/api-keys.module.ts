import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { RateLimitsModule } from '#rate-limits';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyActors } from './key-actors.js';
import { KeyCalls } from './key-calls.js';
import { KeyRules } from './key-rules.js';
import { KeyUsageRepository } from './key-usage.repository.js';

@Module({
  imports: [IdentityModule, RateLimitsModule],
  providers: [ApiKeysRepository, KeyUsageRepository, KeyRules, ApiKeysService, KeyActors, KeyCalls],
  exports: [ApiKeysService],
})
export class ApiKeysModule {}
