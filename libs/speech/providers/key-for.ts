import { SpeechError } from '../speech-error.js';
import type { ProviderId } from '../speech-provider.js';

/**
 * The key a call is made with.
 * @param own the workspace's, which goes first
 * @param installation the operator's
 * @throws SpeechError `unavailable` when there is neither: the workspace's was taken away since the provider was chosen
 */
export function keyFor(provider: ProviderId, own: string | undefined, installation: string | undefined): string {
  const key = own ?? installation;
  if (key !== undefined) return key;
  throw new SpeechError({ provider, kind: 'unavailable', providerCode: 'no_key', message: `There is no key for ${provider}.` });
}
