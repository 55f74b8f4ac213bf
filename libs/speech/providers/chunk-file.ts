import { openAsBlob } from 'node:fs';
import { ProviderError } from '#provider-calls';
import type { ChunkAudio, ProviderId } from '../speech-provider.js';

/**
 * A chunk as a part of a form. It stays on disk: the bytes are read while they are sent.
 * @throws ProviderError `unknown` when the file is gone
 */
export async function chunkFile(provider: ProviderId, audio: ChunkAudio): Promise<File> {
  try {
    return new File([await openAsBlob(audio.path)], 'chunk.wav', { type: 'audio/wav' });
  } catch (error) {
    const message = 'The chunk could not be opened for sending.';
    throw new ProviderError({ provider, kind: 'unknown', providerCode: 'chunk_missing', message, cause: error });
  }
}
