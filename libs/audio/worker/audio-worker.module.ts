import { Module } from '@nestjs/common';
import { MediaModule } from '#media';
import { AudioRepository } from '../audio.repository.js';
import { SecondTracksRepository } from '../second-tracks.repository.js';
import { MixHandler } from './mix.handler.js';

@Module({ imports: [MediaModule], providers: [AudioRepository, SecondTracksRepository, MixHandler] })
export class AudioWorkerModule {}
