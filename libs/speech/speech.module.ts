import { Module } from '@nestjs/common';
import { SpeechRegistry } from './speech-registry.js';

/** Who turns speech into text; wants `ConfigModule`. */
@Module({ providers: [SpeechRegistry], exports: [SpeechRegistry] })
export class SpeechModule {}
