import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import { configuredProviders } from './providers/configured-providers.js';
import { chooseSpeech, orderedProviders, type SpeechChoice, type SpeechWish } from './registry.js';
import type { SpeechProvider } from './speech-provider.js';

/** The speech providers of this installation. */
@Injectable()
export class SpeechRegistry implements OnApplicationShutdown {
  private readonly providers: readonly SpeechProvider[];

  constructor(private readonly config: Config) {
    this.providers = orderedProviders(configuredProviders(config.speech));
  }

  /** Every configured provider with its models, the preferred one first. */
  list(): readonly SpeechProvider[] {
    return this.providers;
  }

  /**
   * Decides who transcribes.
   * @throws FieldError when nobody can do what is wished, saying who could and what to set
   */
  choose(wish: SpeechWish = {}): SpeechChoice {
    return chooseSpeech(this.providers, this.config.speech, wish);
  }

  /** Last of all: before it, jobs in hand are still to be finished, and their calls with them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
  }
}
