import { openAsBlob } from 'node:fs';
import { ProviderError } from '#provider-calls';
import type { ProviderId, SpeechRequest } from '../speech-provider.js';

/**
 * What is sent as a part of a form. A chunk stays on disk: the bytes are read while they are sent.
 * @throws ProviderError `unknown` when the file is gone
 */
export async function chunkFile(provider: ProviderId, audio: SpeechRequest['audio']): Promise<File> {
  if ('content' in audio) return new File([...audio.content], `recording.${audio.extension}`, { type: audio.contentType });
  try {
    return new File([await openAsBlob(audio.path)], 'chunk.wav', { type: 'audio/wav' });
  } catch (error) {
    const message = 'The chunk could not be opened for sending.';
    throw new ProviderError({ provider, kind: 'unknown', providerCode: 'chunk_missing', message, cause: error });
  }
}
