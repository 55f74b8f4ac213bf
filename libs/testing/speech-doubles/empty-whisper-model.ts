import { writeFile } from 'node:fs/promises';

/** "ggml" in the byte order whisper.cpp reads. */
const MAGIC = 0x67676d6c;
const MULTILINGUAL_VOCABULARY = 51_865;
const MELS = 80;
const FFT_BINS = 201;

/**
 * Writes a whisper.cpp model file without a single weight, smaller still than the tiny one, as whisper.cpp's own `for-tests-ggml-tiny.bin`: it
 * loads, runs within a second, and hears nothing.
 * @param path where to write it; a name like `ggml-tiny.bin` is what the local engine looks for
 */
export async function writeEmptyWhisperModel(path: string): Promise<void> {
  const tiny = { audioContext: 1500, state: 64, heads: 1, layers: 4, textContext: 64, halfPrecision: 1 };
  const { audioContext, state, heads, layers, textContext, halfPrecision } = tiny;
  const audio = [audioContext, state, heads, layers];
  const text = [textContext, state, heads, layers];
  const header = integers(MAGIC, MULTILINGUAL_VOCABULARY, ...audio, ...text, MELS, halfPrecision);
  const filters = Buffer.concat([integers(MELS, FFT_BINS), Buffer.alloc(MELS * FFT_BINS * 4)]);
  // The printable characters are enough: whisper.cpp fills up the rest, but looks for " " and some punctuation by name.
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const tokens = characters.map((character) => Buffer.concat([integers(1), Buffer.from(character)]));
  await writeFile(path, Buffer.concat([header, filters, integers(tokens.length), ...tokens]));
}

function integers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}
