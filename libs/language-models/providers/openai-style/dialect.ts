import type { LanguageModel, LanguageProviderId, LanguageRequest } from '../../language-provider.js';

/** A vendor's own way of speaking OpenAI's chat API. */
export interface Dialect {
  id: LanguageProviderId;
  models: readonly LanguageModel[];
  /** What the most it may write is called. */
  outputLimit: 'max_completion_tokens' | 'max_tokens';
  /** Members of the request that only this vendor knows. */
  ownMembers?: (request: LanguageRequest) => object;
}
