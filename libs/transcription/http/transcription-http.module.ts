import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { IdentityHttpModule } from '#identity/http';
import { ProviderKeysModule } from '#provider-keys';
import { AudioCapabilities } from '../audio-capabilities.service.js';
import { ProgressStreams } from '../progress/progress-streams.js';
import { TranscriptSearch } from '../search/transcript-search.js';
import { TranscriptionModule } from '../transcription.module.js';
import { AudioConfigController } from './audio-config.controller.js';
import { BackgroundServiceController } from './background-service.controller.js';
import { Estimates } from '../estimates.js';
import { EstimateController } from './estimate.controller.js';
import { ProgressController } from './progress.controller.js';
import { SearchController } from './search.controller.js';
import { TranscribeUploadController } from './transcribe-upload.controller.js';
import { TranscriptionControlController } from './transcription-control.controller.js';
import { TranscriptionsController } from './transcriptions.controller.js';

@Module({
  imports: [TranscriptionModule, AudioModule, ProviderKeysModule, IdentityHttpModule],
  controllers: [
    EstimateController,
    TranscriptionsController,
    TranscriptionControlController,
    BackgroundServiceController,
    TranscribeUploadController,
    ProgressController,
    AudioConfigController,
    SearchController,
  ],
  providers: [ProgressStreams, AudioCapabilities, Estimates, TranscriptSearch],
})
export class TranscriptionHttpModule {}
