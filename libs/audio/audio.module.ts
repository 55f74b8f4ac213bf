import { Module } from '@nestjs/common';
import { MediaModule } from '#media';
import { ProductEventsModule } from '#webhooks';
import { AudioRepository } from './audio.repository.js';
import { AudioService } from './audio.service.js';
import { RecordingFigures } from './recording-figures.js';
import { SecondTracksRepository } from './second-tracks.repository.js';
import { SecondTracksService } from './second-tracks.service.js';

@Module({
  imports: [MediaModule, ProductEventsModule],
  providers: [RecordingFigures, AudioRepository, AudioService, SecondTracksRepository, SecondTracksService],
  exports: [AudioService, SecondTracksService],
})
export class AudioModule {}
