import { Module } from '@nestjs/common';
import { ProviderKeysModule } from '#provider-keys';
import { SpeechModule } from '#speech';
import { TranscriptionModule } from '#transcription';
import { Circuits, NoCircuits } from './circuits.js';
import { ProvidersService } from './providers.service.js';

@Module({
  imports: [SpeechModule, ProviderKeysModule, TranscriptionModule],
  providers: [ProvidersService, { provide: Circuits, useClass: NoCircuits }],
  exports: [ProvidersService],
})
export class ProvidersModule {}
