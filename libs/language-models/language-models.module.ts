import { Module } from '@nestjs/common';
import { LanguageRegistry } from './language-registry.js';

/** Who writes text; wants `ConfigModule`. */
@Module({ providers: [LanguageRegistry], exports: [LanguageRegistry] })
export class LanguageModelsModule {}
