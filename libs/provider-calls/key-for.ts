import { ProviderError } from './provider-error.js';

/**
 * The key a call is made with.
 * @param own the workspace's, which goes first
 * @param installation the operator's
 * @throws ProviderError `unavailable` when there is neither: the workspace's was taken away since the provider was chosen
 */
export function keyFor(provider: string, own: string | undefined, installation: string | undefined): string {
  const key = own ?? installation;
  if (key !== undefined) return key;
  throw new ProviderError({ provider, kind: 'unavailable', providerCode: 'no_key', message: `There is no key for ${provider}.` });
}
