import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const ID_BYTES = 16;

/** Drawn for many ids at once: to ask for each by itself takes longer than to make it. */
const random = new Uint8Array(256 * ID_BYTES);
let used = random.length;

/** A UUIDv7 (RFC 9562 §5.7). */
export function newId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += ID_BYTES;
  return uuidv7({ random: random.subarray(used - ID_BYTES, used) });
}
