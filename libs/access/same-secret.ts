import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether somebody gave the secret. Takes as long for a wrong one as for the right one, whatever its length. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(secret));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
