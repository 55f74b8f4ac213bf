import type { Actor } from '#identity';
import type { QuotaSubject, SharedPart } from '#quota';
import type { HeldAudio, ProviderId } from '#speech';
import type { SpeechOrder } from './speech-order.js';

/** A request that is under way. */
export interface DirectRequest {
  subject: QuotaSubject;
  /** What was set aside for it. */
  part: SharedPart;
  actor: Actor;
  order: SpeechOrder;
  audio: HeldAudio;
  /** Providers the workspace has keys of its own for. */
  own: ReadonlySet<ProviderId>;
  /** Fires when nobody waits for the answer any more. */
  signal: AbortSignal;
}
