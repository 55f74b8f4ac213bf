import { Module } from '@nestjs/common';
import { CircuitsModule } from '#circuits';
import { LanguageModelsModule } from '#language-models';
import { ProviderKeysModule } from '#provider-keys';
import { WritingAccounts } from './writing-accounts.js';
import { WritingKeys } from './writing-keys.js';
import { Writing } from './writing.service.js';

/** Has text written; wants the `QuotaModule` and the `UsageModule` beside it, and what the `ProviderKeysModule` wants. */
@Module({
  imports: [CircuitsModule, LanguageModelsModule, ProviderKeysModule],
  providers: [WritingKeys, WritingAccounts, Writing],
  exports: [Writing],
})
export class WritingModule {}
