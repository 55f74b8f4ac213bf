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
  return inSpan({ name: `call ${made.provider}`, kind: 'client', attributes: { 'steno.provider': made.provider } }, async () => {
    const clock = new CallClock(made);
    try {
      return await call(clock.signal);
    } catch (error) {
      throw inOurWords(error, made, clock, translate);
    } finally {
      clock.stop();
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
  const clock = new CallClock(made);
  try {
    yield* call(clock.signal);
  } catch (error) {
    throw inOurWords(error, made, clock, translate);
  } finally {
    clock.stop();
    clock.leave();
  }
}

/** Two clocks in one signal: as `AbortSignal.any` over a timeout, which the runtime keeps in weak lists, call by call. */
class CallClock {
  /** Whether our own time limit has passed. */
  isOver = false;
  private readonly ended = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly follow = (): void => this.ended.abort(this.made.signal.reason);

  constructor(private readonly made: Attempt) {
    made.signal.addEventListener('abort', this.follow, { once: true });
    this.timer = setTimeout(() => this.runOut(), made.timeoutSeconds * 1_000).unref();
  }

  get signal(): AbortSignal {
    return this.ended.signal;
  }

  /** The call is over: nothing ends it any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.made.signal.removeEventListener('abort', this.follow);
  }

  /** Ends what may still be under way. */
  leave(): void {
    this.ended.abort();
  }

  private runOut(): void {
    this.isOver = true;
    this.ended.abort(new DOMException('The call took longer than it may.', 'TimeoutError'));
  }
}

function inOurWords(error: unknown, made: Attempt, clock: CallClock, translate: Translate): unknown {
  const { provider, signal, timeoutSeconds, key } = made;
  if (signal.aborted) return signal.reason;
  if (clock.isOver) return silence(provider, `gave no answer within ${timeoutSeconds} seconds`);
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
