import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import type { LanguageProvider, LanguageProviderId } from './language-provider.js';
import { languageProviders } from './providers/language-providers.js';
import { chooseLanguage, type LanguageChoice, type LanguageWish } from './registry.js';

const NO_KEYS: ReadonlySet<LanguageProviderId> = new Set();

/** The language models of this installation. */
@Injectable()
export class LanguageRegistry implements OnApplicationShutdown {
  private readonly providers: readonly LanguageProvider[];

  constructor(private readonly config: Config) {
    this.providers = languageProviders(config.language);
  }

  /**
   * Every provider a workspace can use, with its models, the preferred one first.
   * @param ownKeys the providers it has keys of its own for
   */
  list(ownKeys: ReadonlySet<LanguageProviderId> = NO_KEYS): readonly LanguageProvider[] {
    return this.providers.filter(({ id, configured }) => configured || ownKeys.has(id));
  }

  /**
   * Decides who writes.
   * @throws FieldError when nobody can do what is wished, saying who could and what to set
   */
  choose(wish: LanguageWish = {}, ownKeys: ReadonlySet<LanguageProviderId> = NO_KEYS): LanguageChoice {
    return chooseLanguage(this.list(ownKeys), this.config.language, wish);
  }

  /** Last of all: before it, jobs in hand are still to be finished, and their calls with them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
  }
}
