import { messageOf } from '#errors';
import { inSpan } from '#observability';
import { AnswerStalled, AnswerTooLong } from './answer-limits.js';
import { ProviderError, withoutSecrets } from './provider-error.js';

interface Attempt {
  provider: string;
  /** The caller's signal. */
  signal: AbortSignal;
  timeoutSeconds: number;
  /** The configured key, kept out of every message. */
  key?: string;
}

/** What the provider's SDK throws, in our words; undefined when it is none of its errors. */
type Translate = (error: unknown) => ProviderError | undefined;

const NO_SDK: Translate = () => undefined;

/**
 * Makes one call under two clocks, the caller's signal and our own time limit, and keeps them apart afterwards.
 * @param call makes the request with the joint signal
 * @throws the signal's reason when the caller aborted, a ProviderError in every other case
 */
export async function attempt<T>(
  made: Attempt,
  call: (signal: AbortSignal) => Promise<T>,
  translate: Translate = NO_SDK,
): Promise<T> {
  made.signal.throwIfAborted();
  const timeout = AbortSignal.timeout(made.timeoutSeconds * 1000);
  return inSpan({ name: `call ${made.provider}`, kind: 'client', attributes: { 'steno.provider': made.provider } }, async () => {
    try {
      return await call(AbortSignal.any([made.signal, timeout]));
    } catch (error) {
      throw inOurWords(error, made, timeout, translate);
    }
  });
}

/**
 * `attempt` for an answer that comes piece by piece. The time limit is for the whole of it, the one who takes it included; whoever
 * takes no more of it ends the request.
 */
export async function* attemptStream<T>(
  made: Attempt,
  call: (signal: AbortSignal) => AsyncIterable<T>,
  translate: Translate = NO_SDK,
): AsyncGenerator<T, void, undefined> {
  made.signal.throwIfAborted();
  const timeout = AbortSignal.timeout(made.timeoutSeconds * 1000);
  const left = new AbortController();
  try {
    yield* call(AbortSignal.any([made.signal, timeout, left.signal]));
  } catch (error) {
    throw inOurWords(error, made, timeout, translate);
  } finally {
    left.abort();
  }
}

function inOurWords(error: unknown, made: Attempt, timeout: AbortSignal, translate: Translate): unknown {
  const { provider, signal, timeoutSeconds, key } = made;
  if (signal.aborted) return signal.reason;
  if (timeout.aborted) return silence(provider, `gave no answer within ${timeoutSeconds} seconds`);
  const chain = causesOf(error);
  if (chain.some((cause) => cause instanceof AnswerTooLong)) return badResponse(provider, 'is longer than any answer');
  if (chain.some((cause) => cause instanceof AnswerStalled))
    return silence(provider, 'stopped sending in the middle of its answer');
  const ours = chain.find((cause) => cause instanceof ProviderError);
  return ours ?? translate(error) ?? connectionError(provider, error, key);
}

function silence(provider: string, what: string): ProviderError {
  return new ProviderError({ provider, kind: 'unavailable', providerCode: 'timeout', message: `${provider} ${what}.` });
}

/** An error and what it came from: SDKs wrap what `fetch` throws. */
function causesOf(error: unknown): unknown[] {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  return hasCause ? [error, ...causesOf(error.cause)] : [error];
}

/** The cause is left out: network errors carry the request, and with it the key. */
function connectionError(provider: string, error: unknown, key?: string): ProviderError {
  const deepest = withoutSecrets(causesOf(error).map(messageOf).at(-1) ?? '', [key]);
  const message = `The connection to ${provider} failed: ${deepest}`;
  return new ProviderError({ provider, kind: 'unavailable', providerCode: 'connection', message });
}

/**
 * The error of an answer that came with success but is not what was asked for: HTML, cut off, wrong types.
 * @param what the rest of the sentence "The answer of openai …"
 */
export function badResponse(provider: string, what: string, providerRequestId?: string): ProviderError {
  const message = `The answer of ${provider} ${what}.`;
  return new ProviderError({ provider, kind: 'unavailable', providerCode: 'bad_response', message, providerRequestId });
}
