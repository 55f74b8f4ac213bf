import { Module } from '@nestjs/common';
import { CircuitsModule } from '#circuits';
import { LanguageModelsModule } from '#language-models';
import { SpeechModule } from '#speech';
import { CallKeys } from './call-keys.js';
import { KeyUsageRepository } from './key-usage.repository.js';
import { OwnKeys } from './own-keys.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { ProviderKeysService } from './provider-keys.service.js';

/** The keys workspaces bring; wants the vault, the audit log and `IdempotencyModule`. */
@Module({
  imports: [CircuitsModule, SpeechModule, LanguageModelsModule],
  providers: [ProviderKeysRepository, KeyUsageRepository, OwnKeys, CallKeys, ProviderKeysService],
  exports: [OwnKeys, CallKeys, ProviderKeysService],
})
export class ProviderKeysModule {}
