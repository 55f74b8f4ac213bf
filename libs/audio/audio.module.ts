import { Module } from '@nestjs/common';
import { MediaModule } from '#media';
import { AudioRepository } from './audio.repository.js';
import { AudioService } from './audio.service.js';

@Module({
  imports: [MediaModule],
  providers: [AudioRepository, AudioService],
  exports: [AudioService],
})
export class AudioModule {}
