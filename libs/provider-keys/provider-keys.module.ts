import { Module } from '@nestjs/common';
import { LanguageModelsModule } from '#language-models';
import { SpeechModule } from '#speech';
import { KeyUsageRepository } from './key-usage.repository.js';
import { OwnKeys } from './own-keys.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { ProviderKeysService } from './provider-keys.service.js';

/** The keys workspaces bring; wants the vault, the audit log and `IdempotencyModule`. */
@Module({
  imports: [SpeechModule, LanguageModelsModule],
  providers: [ProviderKeysRepository, KeyUsageRepository, OwnKeys, ProviderKeysService],
  exports: [OwnKeys, ProviderKeysService],
})
export class ProviderKeysModule {}
