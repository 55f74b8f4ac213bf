import { Module } from '@nestjs/common';
import { AudioModule } from '#audio';
import { MediaModule } from '#media';
import { ProviderKeysModule } from '#provider-keys';
import { RedoRepository } from '../redo.repository.js';
import { TranscriptionModule } from '../transcription.module.js';
import { AnswerTimes } from './answer-times.js';
import { AssembleHandler } from './assemble.handler.js';
import { ChunkCalls } from './chunk-calls.js';
import { EarlierResults } from './earlier-results.js';
import { PrepareHandler } from './prepare.handler.js';
import { RecordingCuts } from './recording-cuts.js';
import { RedoChunkHandler } from './redo-chunk.handler.js';
import { SecondAnswers } from './second-answers.js';
import { TranscribeChunkHandler } from './transcribe-chunk.handler.js';
import { TranscriptionRuns } from './transcription-runs.js';

/** The handlers of a transcription's stages. */
@Module({
  imports: [TranscriptionModule, AudioModule, ProviderKeysModule, MediaModule],
  providers: [
    TranscriptionRuns,
    EarlierResults,
    RecordingCuts,
    PrepareHandler,
    AnswerTimes,
    ChunkCalls,
    TranscribeChunkHandler,
    RedoRepository,
    SecondAnswers,
    RedoChunkHandler,
    AssembleHandler,
  ],
})
export class TranscriptionWorkerModule {}
