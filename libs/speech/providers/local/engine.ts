import type { SpeechModel, SpeechRequest, SpeechResult } from '../../speech-provider.js';

/** A program on this machine that turns speech into text, with the one model it was set up with. */
export interface LocalEngine {
  readonly model: SpeechModel;
  /** @param signal aborting it kills the program */
  transcribe(request: SpeechRequest, signal: AbortSignal): Promise<SpeechResult>;
}
