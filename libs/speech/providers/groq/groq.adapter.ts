import Groq, { APIError } from 'groq-sdk';
import type { Config } from '#config';
import { attempt, keyFor, openConnection, sdkError } from '#provider-calls';
import type { KeyCheck, SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { transcriptOfAnswer } from '../openai-style/transcript-answer.js';
import { checkGroqKey } from './check-key.js';
import { GROQ_MODELS } from './models.js';

/** Groq's Whisper models. */
export class GroqSpeech implements SpeechProvider {
  readonly id = 'groq';
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly connection;

  /** @param apiKey the installation's; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl }: Config['speech']['groq'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = GROQ_MODELS,
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl;
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const { model, language, prompt, temperature, audio } = request;
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    return attempt(
      { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key },
      async (signal) => {
        const form = {
          model,
          prompt,
          temperature,
          response_format: 'verbose_json',
          file: await chunkFile(this.id, audio),
        } as const;
        const client = this.clientWith(key).audio;
        const call =
          request.translate === true
            ? client.translations.create(form, { signal })
            : client.transcriptions.create(
                { ...form, language, timestamp_granularities: request.wordTimestamps ? ['word', 'segment'] : ['segment'] },
                { signal },
              );
        const response = await call.asResponse();
        return transcriptOfAnswer(this.id, response, audio.seconds);
      },
      (error) => (error instanceof APIError ? sdkError(this.id, error, key) : undefined),
    );
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkGroqKey(this.connection, this.baseUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** One for each call: it is cheap, and goes away with the key it was given. */
  private clientWith(apiKey: string): Groq {
    return new Groq({
      apiKey,
      baseURL: this.baseUrl,
      maxRetries: 0,
      // Ours ends first; theirs would throw an error of its own (after one minute by default).
      timeout: (this.timeoutSeconds + 60) * 1000,
      logLevel: 'off',
      fetch: this.connection.fetch,
    });
  }
}
