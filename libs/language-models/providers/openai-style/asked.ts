import type { LanguageModel, LanguageProviderId } from '../../language-provider.js';

/** Who is asked, and for what. */
export interface Asked {
  provider: LanguageProviderId;
  model: LanguageModel;
  /** Kept out of every message. */
  key: string;
}
