import { Module } from '@nestjs/common';
import { ProviderKeysModule } from '../provider-keys.module.js';
import { ProviderKeysController } from './provider-keys.controller.js';

@Module({ imports: [ProviderKeysModule], controllers: [ProviderKeysController] })
export class ProviderKeysHttpModule {}
