import {
  asNumber,
  asObject,
  asText,
  attempt,
  attemptStream,
  badResponse,
  billedByGemini,
  type JsonObject,
  keyFor,
  messagesOf,
  openConnection,
  parseJson,
  pieceOfGemini,
  refusalError,
  textOfGemini,
} from '#provider-calls';
import { costOf } from '../../cost.js';
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
import { geminiRequest } from './gemini-request.js';

/** What stands for a status where there is none: the provider's own trouble. */
const NO_STATUS = 502;

/** A call by its name after the colon. */
interface Call {
  name: 'generateContent' | 'streamGenerateContent' | 'countTokens';
  model: string;
  key: string;
  body: object;
}

/**
 * Gemini. The SDK lends its types only: its calls take no `fetch` and no dispatcher, so neither the size nor the time of an answer
 * could be bounded, and its errors drop the status code (`RESOURCE_EXHAUSTED`).
 */
export class GeminiLanguage implements LanguageProvider {
  readonly id = 'gemini';
  readonly configured: boolean;
  private readonly baseUrl: string;
  private readonly connection;

  /** @param place without a key only workspaces' own are used */
  constructor(
    readonly models: readonly LanguageModel[],
    private readonly place: Place,
  ) {
    this.configured = place.apiKey !== undefined;
    this.baseUrl = place.baseUrl.replace(/\/+$/, '');
    this.connection = openConnection(place.timeoutSeconds, place.idleSeconds);
  }

  async answer(request: LanguageRequest): Promise<LanguageAnswer> {
    const model = modelOf(this, request.model);
    const key = keyFor(this.id, request.apiKey, this.place.apiKey);
    const body = geminiRequest(model, request);
    return attempt(this.clocksOf(request.signal, key), async (signal) => {
      const response = await this.call({ name: 'generateContent', model: model.id, key, body }, this.connection.fetch, signal);
      const answer = messageOf(await response.text(), response.headers, key);
      return wholeAnswer(model, textOfGemini(answer), answer);
    });
  }

  async *stream(request: LanguageRequest): AsyncGenerator<LanguagePiece, void, undefined> {
    const model = modelOf(this, request.model);
    const key = keyFor(this.id, request.apiKey, this.place.apiKey);
    const body = geminiRequest(model, request);
    yield* attemptStream(this.clocksOf(request.signal, key), (signal) =>
      this.pieces(model, { name: 'streamGenerateContent', model: model.id, key, body }, signal),
    );
  }

  async countTokens(request: Pick<LanguageRequest, 'model' | 'apiKey' | 'signal'> & { text: string }): Promise<TokenCount> {
    const key = keyFor(this.id, request.apiKey, this.place.apiKey);
    const body = { contents: [{ role: 'user', parts: [{ text: request.text }] }] };
    return attempt(this.clocksOf(request.signal, key), async (signal) => {
      const call = { name: 'countTokens', model: request.model, key, body } as const;
      const response = await this.call(call, this.connection.fetch, signal);
      const tokens = asNumber(messageOf(await response.text(), response.headers, key).totalTokens);
      if (tokens === undefined) throw badResponse(this.id, 'has no count of tokens');
      return { tokens, exact: true, method: 'countTokens of gemini' };
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async *pieces(model: LanguageModel, call: Call, signal: AbortSignal): AsyncGenerator<LanguagePiece, void, undefined> {
    const { headers, body } = await this.call(call, this.connection.fetchStream, signal);
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || body === null) throw badResponse(this.id, 'is no stream of events');
    let text = '';
    let last: JsonObject | undefined;
    for await (const message of messagesOf(body)) {
      const answer = messageOf(message, headers, call.key);
      const piece = pieceOfGemini(answer);
      text += piece.text;
      if (piece.text !== '') yield { kind: 'text', text: piece.text };
      // There is no other marker: the stream is whole when its last message says that Gemini has finished.
      last = piece.isLast ? answer : last;
    }
    if (last === undefined) throw badResponse(this.id, 'broke off before its end');
    yield { kind: 'end', answer: wholeAnswer(model, text, last) };
  }

  /** The key stands in a header, so that it stands in no address. Refusals are thrown. */
  private async call({ name, model, key, body }: Call, ownFetch: typeof fetch, signal: AbortSignal): Promise<Response> {
    const streamed = name === 'streamGenerateContent' ? '?alt=sse' : '';
    const response = await ownFetch(`${this.baseUrl}/v1beta/models/${encodeURIComponent(model)}:${name}${streamed}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
      body: JSON.stringify(body),
      signal,
    });
    if (response.ok) return response;
    const { status, headers } = response;
    const said = parseJson(await response.text());
    throw refusalError({ provider: this.id, status, headers, body: said, key, unfit: 'invalid_request' });
  }

  private clocksOf(signal: AbortSignal, key: string) {
    return { provider: this.id, signal, timeoutSeconds: this.place.timeoutSeconds, key };
  }
}

/** An answer, or a message of a stream; one that is an error with a success around it is thrown. */
function messageOf(text: string, headers: Headers, key: string): JsonObject {
  const message = asObject(parseJson(text));
  if (message === undefined) throw badResponse('gemini', 'is not JSON');
  const error = asObject(message.error);
  if (error === undefined) return message;
  const status = asNumber(error.code) ?? NO_STATUS;
  throw refusalError({ provider: 'gemini', status, headers, body: message, key, unfit: 'invalid_request' });
}

function wholeAnswer(model: LanguageModel, text: string, last: JsonObject): LanguageAnswer {
  const usage = billedByGemini(last);
  return {
    text,
    model: asText(last.modelVersion) ?? model.id,
    ...(usage === undefined ? {} : { usage }),
    cost: costOf(usage, model.price),
    providerRequestId: asText(last.responseId),
  };
}
