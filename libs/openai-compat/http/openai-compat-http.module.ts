import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { ProviderKeysModule } from '#provider-keys';
import { SpeechModule } from '#speech';
import { TranscriptionModule } from '#transcription';
import { DirectCalls } from '../direct-calls.js';
import { DirectTranscriptions } from '../direct-transcriptions.js';
import { HeldBytes } from '../held-bytes.js';
import { ModelsService } from '../models.service.js';
import { RequestAccounts } from '../request-accounts.js';
import { RequestEngines } from '../request-engines.js';
import { SpeechService } from '../speech.service.js';
import { StoredTranscriptions } from '../stored-transcriptions.js';
import { OpenAiAudioController } from './audio.controller.js';
import { OpenAiModelsController } from './models.controller.js';

@Module({
  imports: [AudioModule, ProviderKeysModule, SpeechModule, TranscriptionModule],
  controllers: [OpenAiAudioController, OpenAiModelsController],
  providers: [
    HeldBytes,
    RequestEngines,
    RequestAccounts,
    DirectCalls,
    DirectTranscriptions,
    StoredTranscriptions,
    SpeechService,
    ModelsService,
  ],
})
export class OpenAiCompatHttpModule {}
