import Groq, { APIError } from 'groq-sdk';
import type { Config } from '#config';
import type { SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { attempt, chunkFile } from '../attempt.js';
import { openConnection } from '../connection.js';
import { sdkError } from '../openai-style/sdk-error.js';
import { transcriptOfAnswer } from '../openai-style/transcript-answer.js';
import { GROQ_MODELS } from './models.js';

/** Groq's Whisper models. */
export class GroqSpeech implements SpeechProvider {
  readonly id = 'groq';
  readonly models = GROQ_MODELS;
  private readonly client: Groq;
  private readonly connection;

  constructor(
    private readonly apiKey: string,
    { baseUrl }: Config['speech']['groq'],
    private readonly timeoutSeconds: number,
  ) {
    this.connection = openConnection(timeoutSeconds);
    this.client = new Groq({
      apiKey,
      baseURL: baseUrl,
      maxRetries: 0,
      // Ours ends first; theirs would throw an error of its own (after one minute by default).
      timeout: (timeoutSeconds + 60) * 1000,
      logLevel: 'off',
      fetch: this.connection.fetch,
    });
  }

  transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const { model, language, prompt, temperature, audio } = request;
    return attempt(
      { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key: this.apiKey },
      async (signal) => {
        const response = await this.client.audio.transcriptions
          .create(
            {
              model,
              language,
              prompt,
              temperature,
              response_format: 'verbose_json',
              timestamp_granularities: request.wordTimestamps ? ['word', 'segment'] : ['segment'],
              file: await chunkFile(this.id, audio),
            },
            { signal },
          )
          .asResponse();
        return transcriptOfAnswer(this.id, response, audio.seconds);
      },
      (error) => (error instanceof APIError ? sdkError(this.id, error, this.apiKey) : undefined),
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
