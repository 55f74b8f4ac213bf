import { Module } from '@nestjs/common';
import { IdentityModule } from '#identity';
import { RateLimitsModule } from '#rate-limits';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyActors } from './key-actors.js';
import { KeyRules } from './key-rules.js';

@Module({
  imports: [IdentityModule, RateLimitsModule],
  providers: [ApiKeysRepository, KeyRules, ApiKeysService, KeyActors],
  exports: [ApiKeysService],
})
export class ApiKeysModule {}
