import { openAsBlob } from 'node:fs';
import { messageOf } from '#errors';
import { SpeechError, withoutSecrets } from '../speech-error.js';
import type { ChunkAudio, ProviderId } from '../speech-provider.js';
import { AnswerTooLong } from './connection.js';

interface Attempt {
  provider: ProviderId;
  /** The caller's signal. */
  signal: AbortSignal;
  timeoutSeconds: number;
  /** The configured key, kept out of every message. */
  key?: string;
}

/**
 * Makes one call under two clocks, the caller's signal and our own time limit, and keeps them apart afterwards.
 * @param call makes the request with the joint signal
 * @param translate what the provider's SDK throws, in our words; undefined when it is none of its errors
 * @throws the signal's reason when the caller aborted, a SpeechError in every other case
 */
export async function attempt<T>(
  { provider, signal, timeoutSeconds, key }: Attempt,
  call: (signal: AbortSignal) => Promise<T>,
  translate: (error: unknown) => SpeechError | undefined = () => undefined,
): Promise<T> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    return await call(AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) {
      const message = `${provider} gave no answer within ${timeoutSeconds} seconds.`;
      throw new SpeechError({ provider, kind: 'unavailable', providerCode: 'timeout', message });
    }
    throw ownError(error) ?? translate(error) ?? connectionError(provider, error, key);
  }

  function ownError(error: unknown): SpeechError | undefined {
    const chain = causesOf(error);
    if (chain.some((cause) => cause instanceof AnswerTooLong)) return badResponse(provider, 'is longer than any transcript');
    return chain.find((cause) => cause instanceof SpeechError);
  }
}

/** An error and what it came from: SDKs wrap what `fetch` throws. */
function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error];
}

/** The cause is left out: network errors carry the request, and with it the key. */
function connectionError(provider: ProviderId, error: unknown, key?: string): SpeechError {
  const deepest = withoutSecrets(causesOf(error).map(messageOf).at(-1) ?? '', [key]);
  const message = `The connection to ${provider} failed: ${deepest}`;
  return new SpeechError({ provider, kind: 'unavailable', providerCode: 'connection', message });
}

/**
 * The error of an answer that came with success but is no transcript: HTML, cut off, wrong types.
 * @param what the rest of the sentence "The answer of openai …"
 */
export function badResponse(provider: ProviderId, what: string, providerRequestId?: string): SpeechError {
  const message = `The answer of ${provider} ${what}.`;
  return new SpeechError({ provider, kind: 'unavailable', providerCode: 'bad_response', message, providerRequestId });
}

/**
 * A chunk as a part of a form. It stays on disk: the bytes are read while they are sent.
 * @throws SpeechError `unknown` when the file is gone
 */
export async function chunkFile(provider: ProviderId, audio: ChunkAudio): Promise<File> {
  try {
    return new File([await openAsBlob(audio.path)], 'chunk.wav', { type: 'audio/wav' });
  } catch (error) {
    const message = 'The chunk could not be opened for sending.';
    throw new SpeechError({ provider, kind: 'unknown', providerCode: 'chunk_missing', message, cause: error });
  }
}
