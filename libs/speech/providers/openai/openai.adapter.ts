import type { ClientOptions, OpenAI } from 'openai';
import type { TranscriptionCreateParamsNonStreaming } from 'openai/resources/audio/transcriptions';
import type { TranslationCreateParams } from 'openai/resources/audio/translations';
import type { Config } from '#config';
import { attempt, keyFor, openConnection, sdkError } from '#provider-calls';
import type {
  ChunkAudio,
  HeldAudio,
  KeyCheck,
  SpeechModel,
  SpeechProvider,
  SpeechRequest,
  SpeechResult,
} from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { transcribeHeld } from '../openai-style/held-call.js';
import { transcriptOfAnswer } from '../openai-style/transcript-answer.js';
import { checkOpenAiKey } from './check-key.js';
import { openAiModels } from './models.js';

/** Loaded with the first chunk that is sent: it takes 35 MB, and most processes never send one. */
const sdk = () => import('openai');

/** OpenAI, or any server with its transcription API at `OPENAI_BASE_URL`. */
export class OpenAiSpeech implements SpeechProvider {
  readonly id = 'openai';
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly connection;

  /** @param apiKey the installation's key of the server at `baseUrl`; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl, models: names }: Config['speech']['openai'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = openAiModels(names),
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl;
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const model = this.models.find(({ id }) => id === request.model);
    if (model === undefined) throw new Error(`The model ${request.model} is not one of openai's.`);
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    const { audio } = request;
    const result = await ('content' in audio
      ? this.askHeld(model, request, audio, key)
      : this.askWithFile(model, request, audio, key));
    const ignored = request.prompt !== undefined && model.diarization;
    const warning = `prompt_ignored: ${model.id} takes no prompt.`;
    return ignored ? { ...result, warnings: [...result.warnings, warning] } : result;
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkOpenAiKey(this.connection, this.baseUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private askHeld(model: SpeechModel, request: SpeechRequest, audio: HeldAudio, key: string): Promise<SpeechResult> {
    const [path, fields] =
      request.translate === true ? ['translations', translationOf(request)] : ['transcriptions', formOf(model, request)];
    const call = { provider: 'openai' as const, url: `${this.baseUrl.replace(/\/+$/, '')}/audio/${path}`, key, fields, audio };
    return attempt(this.attemptWith(request, key), (signal) => transcribeHeld(this.connection, call, signal));
  }

  /** With their SDK, which reads files while it sends them. */
  private async askWithFile(model: SpeechModel, request: SpeechRequest, audio: ChunkAudio, key: string): Promise<SpeechResult> {
    const { OpenAI: Client, APIError } = await sdk();
    return attempt(
      this.attemptWith(request, key),
      async (signal) => {
        const client = new Client(this.optionsWith(key));
        const response = await send(client, model, { ...request, audio }, signal);
        return transcriptOfAnswer(this.id, response, audio.seconds);
      },
      (error) => (error instanceof APIError ? sdkError(this.id, error, key) : undefined),
    );
  }

  private attemptWith({ signal }: SpeechRequest, key: string) {
    return { provider: this.id, signal, timeoutSeconds: this.timeoutSeconds, key };
  }

  /** For a client of each call: it is cheap, and goes away with the key it was given. */
  private optionsWith(apiKey: string): ClientOptions {
    return {
      apiKey,
      baseURL: this.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      // Ours ends first; theirs would throw an error of its own.
      timeout: (this.timeoutSeconds + 60) * 1000,
      logLevel: 'off',
      fetch: this.connection.fetch,
    };
  }
}

async function send(client: OpenAI, model: SpeechModel, request: SpeechRequest, signal: AbortSignal): Promise<Response> {
  const file = await chunkFile('openai', request.audio);
  const call =
    request.translate === true
      ? client.audio.translations.create({ ...translationOf(request), file }, { signal })
      : client.audio.transcriptions.create({ ...formOf(model, request), file }, { signal });
  return call.asResponse();
}

/** Translations have times of segments, and take no language: whatever is spoken becomes English. */
function translationOf({ model, prompt, temperature }: SpeechRequest): Omit<TranslationCreateParams<'verbose_json'>, 'file'> {
  return { model, prompt, temperature, response_format: 'verbose_json' };
}

/** What each model takes: words and segments from Whisper, speakers from -diarize, bare text from the other gpt models. */
function formOf(model: SpeechModel, request: SpeechRequest): Omit<TranscriptionCreateParamsNonStreaming, 'file'> {
  const { language, temperature, prompt } = request;
  const common = { model: model.id, language, temperature };
  if (model.diarization) return { ...common, response_format: 'diarized_json', chunking_strategy: 'auto' };
  const include = request.logProbabilities === true ? (['logprobs'] as 'logprobs'[]) : undefined;
  if (model.timestamps === 'none') return { ...common, prompt, response_format: 'json', include };
  return {
    ...common,
    prompt,
    response_format: 'verbose_json',
    timestamp_granularities: request.wordTimestamps ? ['word', 'segment'] : ['segment'],
  };
}
