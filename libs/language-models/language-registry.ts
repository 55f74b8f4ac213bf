import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import type { KeyCheck } from '#provider-calls';
import type { LanguageProvider } from './language-provider.js';
import { languageProviders } from './providers/language-providers.js';
import { chooseLanguage, type LanguageChoice, type LanguageWish, standInsFor } from './registry.js';

const NO_KEYS: ReadonlySet<string> = new Set();

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
  list(ownKeys: ReadonlySet<string> = NO_KEYS): readonly LanguageProvider[] {
    return this.providers.filter(({ id, configured }) => configured || ownKeys.has(id));
  }

  /**
   * Decides who writes.
   * @throws FieldError when nobody can do what is wished, saying who could and what to set
   */
  choose(wish: LanguageWish = {}, ownKeys: ReadonlySet<string> = NO_KEYS): LanguageChoice {
    return chooseLanguage(this.list(ownKeys), this.config.language, wish);
  }

  /** Whoever else can do what a choice was made for, one model of each provider, the preferred one first. */
  standIns(choice: LanguageChoice, wish: LanguageWish, ownKeys: ReadonlySet<string> = NO_KEYS): LanguageChoice[] {
    return standInsFor(this.list(ownKeys), choice, wish);
  }

  /** Asks DeepSeek, the one vendor of text alone, whether it takes a key. */
  async checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    const check = await this.providers.find(({ id }) => id === 'deepseek')?.checkKey?.(apiKey, signal);
    if (check === undefined) throw new Error('LANGUAGE_MODELS_FILE leaves deepseek no model, so nobody checks its keys.');
    return check;
  }

  /** Last of all: before it, jobs in hand are still to be finished, and their calls with them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
  }
}
