import type { Config } from '#config';
import { attempt, keyFor, openConnection } from '#provider-calls';
import type { KeyCheck, SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { postForJson } from '../json-answer.js';
import { withoutPrompt } from '../prompt-ignored.js';
import { checkHuggingFaceKey } from './check-key.js';
import { HUGGINGFACE_MODELS } from './models.js';
import { transcriptOfAnswer } from './transcript-answer.js';

/**
 * Models at Hugging Face's inference. By our own `fetch`: its SDK posts the bare bytes of a file and forgets to ask for times.
 */
export class HuggingFaceSpeech implements SpeechProvider {
  readonly id = 'huggingface' as const;
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly hubUrl: string;
  private readonly connection;

  /** @param apiKey the installation's; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl, hubUrl }: Config['speech']['huggingface'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = HUGGINGFACE_MODELS,
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.hubUrl = hubUrl.replace(/\/+$/, '');
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    const clocks = { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key } as const;
    const result = await attempt(clocks, async (signal) => {
      const chunk = await chunkFile(this.id, request.audio);
      const inputs = Buffer.from(await chunk.arrayBuffer()).toString('base64');
      const call = {
        provider: this.id,
        url: `${this.baseUrl}/models/${request.model}`,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ inputs, parameters: parametersOf(request) }),
        key,
      };
      return transcriptOfAnswer(await postForJson(this.connection, call, signal), request);
    });
    return withoutLanguage(withoutPrompt(result, request), request);
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkHuggingFaceKey(this.connection, this.hubUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** A temperature of 0 is how it hears anyway, and as a parameter an error. */
function parametersOf({ temperature = 0 }: SpeechRequest): object {
  return {
    return_timestamps: true,
    ...(temperature > 0 ? { generation_parameters: { do_sample: true, temperature } } : {}),
  };
}

/** The task has no parameter for it: the model finds the language out. */
function withoutLanguage(result: SpeechResult, { model, language }: SpeechRequest): SpeechResult {
  if (language === undefined) return result;
  return { ...result, warnings: [...result.warnings, `language_ignored: ${model} finds out by itself what language is spoken.`] };
}
