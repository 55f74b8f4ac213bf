import type { ClientOptions } from 'openai';
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
} from 'openai/resources/chat/completions';
import {
  asObject,
  askWithKey,
  attempt,
  attemptStream,
  badResponse,
  isListUnder,
  type KeyCheck,
  keyFor,
  openConnection,
  parseJson,
  sdkError,
} from '#provider-calls';
import { countWithO200k } from '../../count-tokens.js';
import type {
  LanguageAnswer,
  LanguageModel,
  LanguagePiece,
  LanguageProvider,
  LanguageRequest,
  TokenCount,
} from '../../language-provider.js';
import { modelOf } from '../model-of.js';
import type { Place } from '../place.js';
import type { Asked } from './asked.js';
import { chatRequest } from './chat-request.js';
import { answerOfCompletion } from './completion.js';
import { piecesOfCompletion } from './completion-stream.js';
import type { Dialect } from './dialect.js';

/** Loaded with the first call: it takes 35 MB, and most processes never call. */
const sdk = () => import('openai');

/** A vendor that speaks OpenAI's chat API, in its own dialect. */
export class OpenAiStyleLanguage implements LanguageProvider {
  readonly id;
  readonly models: readonly LanguageModel[];
  readonly configured: boolean;
  private readonly connection;

  /** @param place where it is, `/v1` or the like included; without a key only workspaces' own are used */
  constructor(
    private readonly dialect: Dialect,
    private readonly place: Place,
  ) {
    this.id = dialect.id;
    this.models = dialect.models;
    this.configured = place.apiKey !== undefined;
    this.connection = openConnection(place.timeoutSeconds, place.idleSeconds);
  }

  async answer(request: LanguageRequest): Promise<LanguageAnswer> {
    const asked = this.askedBy(request);
    const { OpenAI, APIError } = await sdk();
    return attempt(
      this.clocksOf(request, asked),
      async (signal) => {
        const body = chatRequest(this.dialect, asked.model, request);
        const call = new OpenAI(this.optionsWith(asked.key, this.connection.fetch)).chat.completions;
        const response = await call.create(body satisfies ChatCompletionCreateParamsNonStreaming, { signal }).asResponse();
        const raw = asObject(parseJson(await response.text()));
        if (raw === undefined) throw badResponse(this.id, 'is not JSON', response.headers.get('x-request-id') ?? undefined);
        return answerOfCompletion(asked, raw, response.headers);
      },
      (error) => (error instanceof APIError ? sdkError(this.id, error, asked.key, 'invalid_request') : undefined),
    );
  }

  async *stream(request: LanguageRequest): AsyncGenerator<LanguagePiece, void, undefined> {
    const asked = this.askedBy(request);
    const { APIError } = await sdk();
    yield* attemptStream(
      this.clocksOf(request, asked),
      (signal) => this.pieces(asked, request, signal),
      (error) => (error instanceof APIError ? sdkError(this.id, error, asked.key, 'invalid_request') : undefined),
    );
  }

  countTokens({ model, text }: { model: string; text: string }): Promise<TokenCount> {
    return countWithO200k(text, modelOf(this, model).tokenizer === 'o200k_base');
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    const url = `${this.place.baseUrl.replace(/\/+$/, '')}/models`;
    const headers = { authorization: `Bearer ${apiKey}` };
    return askWithKey(this.connection, { provider: this.id, url, headers, apiKey, isAnswer: isListUnder('data') }, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async *pieces(asked: Asked, request: LanguageRequest, signal: AbortSignal): AsyncGenerator<LanguagePiece> {
    const body: ChatCompletionCreateParamsStreaming = {
      ...chatRequest(this.dialect, asked.model, request),
      stream: true,
      stream_options: { include_usage: true },
    };
    const { OpenAI } = await sdk();
    const call = new OpenAI(this.optionsWith(asked.key, this.connection.fetchStream)).chat.completions;
    yield* piecesOfCompletion(asked, await call.create(body, { signal }).asResponse());
  }

  private askedBy(request: LanguageRequest): Asked {
    const model = modelOf(this, request.model);
    return { provider: this.id, model, key: keyFor(this.id, request.apiKey, this.place.apiKey) };
  }

  private clocksOf({ signal }: LanguageRequest, { key }: Asked) {
    return { provider: this.id, signal, timeoutSeconds: this.place.timeoutSeconds, key };
  }

  /** For a client of each call: it is cheap, and goes away with the key it was given. */
  private optionsWith(apiKey: string, ownFetch: typeof fetch): ClientOptions {
    return {
      apiKey,
      baseURL: this.place.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      // Ours ends first; theirs would throw an error of its own.
      timeout: (this.place.timeoutSeconds + 60) * 1000,
      logLevel: 'off',
      fetch: ownFetch,
    };
  }
}
