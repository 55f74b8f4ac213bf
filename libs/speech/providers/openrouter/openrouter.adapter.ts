import type { Config } from '#config';
import { asObject, attempt, keyFor, openConnection, type ProviderError, type Refusal, refusalError } from '#provider-calls';
import type { KeyCheck, SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { postForJson } from '../json-answer.js';
import { transcriptOf } from '../openai-style/transcript-answer.js';
import { withoutPrompt } from '../prompt-ignored.js';
import { checkOpenRouterKey } from './check-key.js';
import { OPENROUTER_MODELS } from './models.js';

/** Whoever serves a model behind OpenRouter. */
export class OpenRouterSpeech implements SpeechProvider {
  readonly id = 'openrouter' as const;
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly connection;

  /** @param apiKey the installation's; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl }: Config['speech']['openrouter'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = OPENROUTER_MODELS,
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const model = this.models.find(({ id }) => id === request.model);
    if (model === undefined) throw new Error(`The model ${request.model} is not one of openrouter's.`);
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    const clocks = { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key } as const;
    return attempt(clocks, async (signal) => {
      const call = {
        provider: this.id,
        url: `${this.baseUrl}/audio/transcriptions`,
        headers: { authorization: `Bearer ${key}` },
        body: await this.formOf(model, request),
        key,
      };
      const { raw, requestId } = await postForJson(this.connection, call, signal, errorOf);
      const result = transcriptOf({ provider: this.id, requestId, seconds: request.audio.seconds }, raw);
      return withoutPrompt(result, request);
    });
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkOpenRouterKey(this.connection, this.baseUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** What its document knows; a prompt is not in it. */
  private async formOf(model: SpeechModel, request: SpeechRequest): Promise<FormData> {
    const form = new FormData();
    form.set('model', model.id);
    if (request.language !== undefined) form.set('language', request.language);
    if (request.temperature !== undefined) form.set('temperature', String(request.temperature));
    form.set('response_format', model.timestamps === 'none' ? 'json' : 'verbose_json');
    if (model.timestamps !== 'none') form.append('timestamp_granularities[]', 'segment');
    if (request.wordTimestamps) form.append('timestamp_granularities[]', 'word');
    form.set('file', await chunkFile(this.id, request.audio));
    return form;
  }
}

/** Its codes are the status once more. What a 403 is about stands in `metadata`: with `reasons` it is the content. */
function errorOf(refusal: Refusal): ProviderError {
  const error = asObject(asObject(refusal.body)?.error);
  const isFlagged = Array.isArray(asObject(error?.metadata)?.reasons);
  if (error === undefined || !isFlagged) return refusalError(refusal);
  return refusalError({ ...refusal, body: { error: { ...error, code: 'content_policy_violation' } } });
}
