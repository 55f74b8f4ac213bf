import { Module } from '@nestjs/common';
import { AudioModule } from '../audio.module.js';
import { AudioController } from './audio.controller.js';

@Module({ imports: [AudioModule], controllers: [AudioController] })
export class AudioHttpModule {}
