import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { open, seal, SealBroken } from './sealed-box.js';

const KEY = randomBytes(32);
const PLACE = 'v1|workspace|table|column|row';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SECRET = Buffer.from('sk-proj-0123456789abcdef');

const sealed = (plaintext = SECRET): Buffer => seal(KEY, PLACE, plaintext);

describe('a sealed box', () => {
  it.each([SECRET, Buffer.alloc(0), Buffer.from('Schlüssel 🔑'), randomBytes(100_000)])(
    'opens to what was put in',
    (plaintext) => {
      expect(open(KEY, PLACE, sealed(plaintext))).toEqual(plaintext);
    },
  );

  it('holds nonce, ciphertext and a whole tag, and nothing of the text', () => {
    const box = sealed();
    expect(box).toHaveLength(NONCE_BYTES + SECRET.length + TAG_BYTES);
    expect(box.includes(SECRET.subarray(0, 6))).toBe(false);
  });

  it('opens with no other key and at no other place (item 47)', () => {
    const box = sealed();
    expect(() => open(randomBytes(32), PLACE, box)).toThrow(SealBroken);
    expect(() => open(KEY, `${PLACE}x`, box)).toThrow(SealBroken);
  });

  it('has a nonce of its own each time: 10 000 boxes, 10 000 nonces (item 47)', () => {
    const nonces = Array.from({ length: 10_000 }, () => sealed().toString('latin1', 0, NONCE_BYTES));
    expect(new Set(nonces).size).toBe(10_000);
  });

  it.each([4, 8, 12, 15])('is refused with its tag cut to %i bytes (item 47)', (bytes) => {
    const box = sealed();
    expect(() => open(KEY, PLACE, box.subarray(0, box.length - TAG_BYTES + bytes))).toThrow(SealBroken);
  });

  it('is refused with any bit of any byte turned, and cut off anywhere (item 47)', () => {
    const box = sealed();
    for (let at = 0; at < box.length; at += 1) {
      const turned = Buffer.from(box);
      turned.writeUInt8(turned.readUInt8(at) ^ (1 << randomInt(8)), at);
      expect(() => open(KEY, PLACE, turned)).toThrow(SealBroken);
      expect(() => open(KEY, PLACE, box.subarray(0, at))).toThrow(SealBroken);
    }
    for (let turn = 0; turn < 100; turn += 1) {
      const noise = randomBytes(randomInt(1, 200));
      expect(() => open(KEY, PLACE, noise)).toThrow(SealBroken);
    }
  });
});
