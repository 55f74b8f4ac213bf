import { open } from 'node:fs/promises';
import { ProviderError } from '#provider-calls';
import type { SpeechRequest } from '../../speech-provider.js';

const SAMPLE_RATE = 16_000;

/**
 * Makes sure of what the local engines take on trust: 16 kHz mono s16le WAV. Fed with anything else they print nonsense or die.
 * @returns where the file lies
 * @throws ProviderError `invalid_audio`
 */
export async function requireWave(audio: SpeechRequest['audio']): Promise<string> {
  if ('content' in audio) throw notWave('The recording is in memory, and engines of this machine read files.');
  if (await isWave(audio.path)) return audio.path;
  throw notWave('The chunk is no 16 kHz mono 16-bit WAV file.');
}

async function isWave(path: string): Promise<boolean> {
  const header = Buffer.alloc(36);
  const file = await open(path).catch(() => undefined);
  const bytesRead = (await file?.read(header, 0, header.length, 0))?.bytesRead ?? 0;
  await file?.close();
  return (
    bytesRead === header.length &&
    header.toString('latin1', 0, 4) === 'RIFF' &&
    header.toString('latin1', 8, 16) === 'WAVEfmt ' &&
    header.readUInt16LE(22) === 1 &&
    header.readUInt32LE(24) === SAMPLE_RATE &&
    header.readUInt16LE(34) === 16
  );
}

function notWave(message: string): ProviderError {
  return new ProviderError({ provider: 'local', kind: 'invalid_audio', providerCode: 'not_wave', message });
}
