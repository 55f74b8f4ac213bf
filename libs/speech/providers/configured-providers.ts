import type { Config } from '#config';
import type { SpeechProvider } from '../speech-provider.js';

/**
 * The providers that can work with what is configured.
 * @param speech the speech part of the configuration
 */
export function configuredProviders(speech: Config['speech']): SpeechProvider[] {
  void speech;
  return [];
}
