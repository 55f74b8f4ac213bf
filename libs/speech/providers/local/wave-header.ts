import { open } from 'node:fs/promises';
import { ProviderError } from '#provider-calls';

const SAMPLE_RATE = 16_000;

/**
 * Makes sure of what the local engines take on trust: 16 kHz mono s16le WAV. Fed with anything else they print nonsense or die.
 * @throws ProviderError `invalid_audio`
 */
export async function requireWave(path: string): Promise<void> {
  const header = Buffer.alloc(36);
  const file = await open(path).catch(() => undefined);
  const bytesRead = (await file?.read(header, 0, header.length, 0))?.bytesRead ?? 0;
  await file?.close();
  const right =
    bytesRead === header.length &&
    header.toString('latin1', 0, 4) === 'RIFF' &&
    header.toString('latin1', 8, 16) === 'WAVEfmt ' &&
    header.readUInt16LE(22) === 1 &&
    header.readUInt32LE(24) === SAMPLE_RATE &&
    header.readUInt16LE(34) === 16;
  if (right) return;
  const message = 'The chunk is no 16 kHz mono 16-bit WAV file.';
  throw new ProviderError({ provider: 'local', kind: 'invalid_audio', providerCode: 'not_wave', message });
}
