import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
/** Given when opening, too: without it Node takes a tag cut to 4 bytes. */
const TAG_BYTES = 16;

/** What was sealed does not open: another key, another place, or changed bytes. */
export class SealBroken extends Error {
  constructor(cause?: unknown) {
    super('What was sealed does not open: its key, its place or its bytes are not those it was sealed with.', { cause });
    this.name = 'SealBroken';
  }
}

/**
 * Encrypts with AES-256-GCM.
 * @param key 32 bytes
 * @param place where it will lie; opening anywhere else fails
 * @returns nonce, ciphertext, tag
 */
export function seal(key: Buffer, place: string, plaintext: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws SealBroken unless key, place and bytes are those of `seal` */
export function open(key: Buffer, place: string, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new SealBroken();
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new SealBroken(error);
  }
}
