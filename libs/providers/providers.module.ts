import { Module } from '@nestjs/common';
import { CircuitsModule } from '#circuits';
import { ProviderKeysModule } from '#provider-keys';
import { SpeechModule } from '#speech';
import { TranscriptionModule } from '#transcription';
import { ProvidersService } from './providers.service.js';

@Module({
  imports: [CircuitsModule, SpeechModule, ProviderKeysModule, TranscriptionModule],
  providers: [ProvidersService],
  exports: [ProvidersService],
})
export class ProvidersModule {}
