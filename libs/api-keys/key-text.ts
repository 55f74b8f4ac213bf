import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 32;
const SHOWN_AT_START = 8;
const SHOWN_AT_END = 4;
const KEY = /^stn_[0-9A-Za-z]{32}$/;

/** What every key begins with, so that people and scanners for secrets know one when they see it. */
export const KEY_START = 'stn_';

/** What is kept of a key. */
export interface KeyTraces {
  keyHash: string;
  prefix: string;
  lastFour: string;
}

/** A new key of 190 random bits: each character picked evenly out of 62. */
export function newKey(): string {
  return KEY_START + Array.from({ length: RANDOM_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Whether it has the form of a key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** SHA-256, hexadecimal. A key has too many random bits to be guessed, so a slow hash would guard nothing. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** What is kept of a key: enough to find it by, and to recognise it in a list; 24 of its characters are in neither. */
export function tracesOf(key: string): KeyTraces {
  return { keyHash: hashKey(key), prefix: key.slice(0, SHOWN_AT_START), lastFour: key.slice(-SHOWN_AT_END) };
}
