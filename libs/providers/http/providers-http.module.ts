import { Module } from '@nestjs/common';
import { ProvidersModule } from '../providers.module.js';
import { ProvidersController } from './providers.controller.js';

@Module({ imports: [ProvidersModule], controllers: [ProvidersController] })
export class ProvidersHttpModule {}
