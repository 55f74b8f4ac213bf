import { asObject, asObjects, asText, badResponse, type JsonObject, messagesOf, parseJson } from '#provider-calls';
import type { LanguagePiece } from '../../language-provider.js';
import type { Asked } from './asked.js';
import { answerOf, type Said } from './completion.js';
import { inBandError } from './in-band-error.js';

const END = '[DONE]';

/**
 * Reads a streamed answer of `POST chat/completions`: text as it comes, and at the end the whole answer.
 * @throws ProviderError when it ends without its marker, breaks off, has an error in it or is no stream
 */
export async function* piecesOfCompletion(asked: Asked, response: Response): AsyncGenerator<LanguagePiece, void, undefined> {
  const { headers, body } = response;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!isStream || body === null) throw await notStreamed(asked, response);
  const said: Said = {
    text: undefined,
    refusal: '',
    finishReason: undefined,
    model: undefined,
    usage: undefined,
    requestId: headers.get('x-request-id') ?? undefined,
  };
  for await (const message of messagesOf(body)) {
    if (message === END) {
      yield { kind: 'end', answer: answerOf(asked, said) };
      return;
    }
    const chunk = asObject(parseJson(message));
    if (chunk === undefined) throw badResponse(asked.provider, 'has a message that is not JSON', said.requestId);
    const error = inBandError(asked, chunk, headers);
    if (error !== undefined) throw error;
    const text = take(chunk, said);
    if (text !== '') yield { kind: 'text', text };
  }
  throw badResponse(asked.provider, 'broke off before its end', said.requestId);
}

/** Adds a message to what has been said; gives the text that is new. */
function take(chunk: JsonObject, said: Said): string {
  const choice = asObjects(chunk.choices)?.[0];
  const delta = asObject(choice?.delta);
  const text = asText(delta?.content);
  if (text !== undefined) said.text = (said.text ?? '') + text;
  said.refusal += asText(delta?.refusal) ?? '';
  said.finishReason = asText(choice?.finish_reason) ?? said.finishReason;
  said.model = asText(chunk.model) ?? said.model;
  said.usage = asObject(chunk.usage) ?? asObject(asObject(chunk.x_groq)?.usage) ?? said.usage;
  said.requestId ??= asText(chunk.id);
  return text ?? '';
}

/** Some answer an error as a whole, with success around it. */
async function notStreamed(asked: Asked, response: Response): Promise<Error> {
  const whole = asObject(parseJson(await response.text()));
  const error = whole === undefined ? undefined : inBandError(asked, whole, response.headers);
  return error ?? badResponse(asked.provider, 'is no stream of events');
}
