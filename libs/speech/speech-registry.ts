import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config, ConfigError } from '#config';
import { FieldError } from '#errors';
import { speechProviders } from './providers/speech-providers.js';
import { type MeasuredSpeed, refuseUnknownNames, type SpeechChoice, type SpeechPreference } from './preference.js';
import { chooseSpeech, orderedProviders, preferenceOf, type SpeechWish } from './registry.js';
import type { KeyCheck, KeyedProviderId, SpeechProvider } from './speech-provider.js';

const NO_KEYS: ReadonlySet<string> = new Set();

/** The speech providers of this installation. */
@Injectable()
export class SpeechRegistry implements OnApplicationShutdown {
  private readonly providers: readonly SpeechProvider[];

  constructor(private readonly config: Config) {
    this.providers = orderedProviders(speechProviders(config.speech));
    this.refuseUnknownSetting();
  }

  /** Every provider there could be here, whether or not somebody has a key, the preferred one first. */
  all(): readonly SpeechProvider[] {
    return this.providers;
  }

  /**
   * Every provider a workspace can use, with its models, the preferred one first.
   * @param ownKeys the providers it has keys of its own for
   */
  list(ownKeys: ReadonlySet<string> = NO_KEYS): readonly SpeechProvider[] {
    return this.providers.filter(({ id, configured }) => configured || ownKeys.has(id));
  }

  /**
   * Decides who transcribes.
   * @param ownKeys the providers the workspace has keys of its own for
   * @param speedOf what the policy `fastest` goes by
   * @throws FieldError when nobody can do what is wished, saying who could and what to set
   */
  choose(wish: SpeechWish = {}, ownKeys: ReadonlySet<string> = NO_KEYS, speedOf?: MeasuredSpeed): SpeechChoice {
    return chooseSpeech(this.list(ownKeys), this.config.speech, wish, speedOf);
  }

  /**
   * Says by what an engine is to be chosen for a request.
   * @param workspace what its workspace prefers
   * @throws FieldError contradictory_choice; of a request's own order, as `refuseUnknownNames`
   */
  preferenceFor(wish: SpeechWish, workspace: SpeechPreference): SpeechPreference {
    const preference = preferenceOf(wish, workspace, this.config.speech);
    if (wish.order !== undefined) this.refuseUnknownNames(wish.order);
    return preference;
  }

  /** @throws FieldError provider_not_configured, unknown_model for a name that nobody has, with or without a key */
  refuseUnknownNames(order: readonly string[]): void {
    refuseUnknownNames(this.providers, order);
  }

  private refuseUnknownSetting(): void {
    try {
      this.refuseUnknownNames(this.config.speech.order ?? []);
    } catch (error) {
      throw error instanceof FieldError ? new ConfigError([`SPEECH_ORDER: ${error.message}`]) : error;
    }
  }

  /** Asks a provider whether it takes a key. */
  async checkKey(id: KeyedProviderId, apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    const check = await this.providers.find((provider) => provider.id === id)?.checkKey?.(apiKey, signal);
    if (check === undefined) throw new Error(`The speech provider ${id} does not check keys.`);
    return check;
  }

  /** Last of all: before it, jobs in hand are still to be finished, and their calls with them. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.close()));
  }
}
