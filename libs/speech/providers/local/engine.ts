import type { SpeechModel, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import type { Slots } from './slots.js';

/** A program on this machine that turns speech into text, with the one model it was set up with. */
export interface LocalEngine {
  readonly model: SpeechModel;
  /** Its places on this machine's cores; a call waits for one before its clock starts. */
  readonly slots: Slots;
  /** @param signal aborting it kills the program */
  transcribe(request: SpeechRequest, signal: AbortSignal): Promise<SpeechResult>;
}
