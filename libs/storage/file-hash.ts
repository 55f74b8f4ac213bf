import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Larger pieces than the usual 64 kB cost fewer trips. */
const READ_BYTES = 1024 * 1024;

/** The SHA-256 of a file, hexadecimal. While one piece is hashed the next is read; memory holds two. */
export async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const read = async (memory: Buffer): Promise<Buffer> => memory.subarray(0, (await file.read(memory)).bytesRead);
    let [current, next] = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)];
    let piece = await read(current);
    while (piece.length > 0) {
      signal?.throwIfAborted();
      const ahead = read(next);
      hash.update(piece);
      piece = await ahead;
      [current, next] = [next, current];
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
