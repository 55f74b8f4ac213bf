import { Module } from '@nestjs/common';
import { LanguageModelsModule } from '#language-models';
import { ProviderKeysModule } from '#provider-keys';
import { WritingAccounts } from './writing-accounts.js';
import { Writing } from './writing.service.js';

/** Has text written; wants the `QuotaModule` and the `UsageModule` beside it, and what the `ProviderKeysModule` wants. */
@Module({
  imports: [LanguageModelsModule, ProviderKeysModule],
  providers: [WritingAccounts, Writing],
  exports: [Writing],
})
export class WritingModule {}
