/** SHA-256 piece by piece (FIPS 180-4): Web Crypto takes only a whole file in memory. */
const BLOCK = 64;
const ROUNDS = 64;

/** The first 32 bits of the fractions of the roots of the first primes: cube roots for the rounds, square roots to begin with. */
const { constants: K, start: START } = rootsOfPrimes();

function rootsOfPrimes(): { constants: Int32Array; start: Int32Array } {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < ROUNDS; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0;
  return {
    constants: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    start: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
}

/** @returns the SHA-256 of what the blob holds, hexadecimal; no more than a piece of it is in memory at a time */
export async function sha256Of(blob: Blob, signal?: AbortSignal): Promise<string> {
  const state = START.slice();
  const words = new Int32Array(ROUNDS);
  let rest = new Uint8Array(0);
  const reader = (blob.stream() as ReadableStream<Uint8Array>).getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    signal?.throwIfAborted();
    const bytes = joined(rest, piece.value);
    const whole = bytes.length - (bytes.length % BLOCK);
    for (let offset = 0; offset < whole; offset += BLOCK) compress(state, words, bytes, offset);
    rest = bytes.slice(whole);
  }
  const last = padded(rest, blob.size);
  for (let offset = 0; offset < last.length; offset += BLOCK) compress(state, words, last, offset);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The end of the message: a one bit, zeros, and the length in bits. */
function padded(rest: Uint8Array, length: number): Uint8Array {
  const last = new Uint8Array(Math.ceil((rest.length + 9) / BLOCK) * BLOCK);
  last.set(rest);
  last[rest.length] = 0x80;
  new DataView(last.buffer).setBigUint64(last.length - 8, BigInt(length) * 8n);
  return last;
}

/** The indexes are in range by construction; `?? 0` is for the compiler. Written out, for this is where all the time goes. */
function compress(state: Int32Array, words: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let index = 0, at = offset; index < 16; index += 1, at += 4)
    words[index] = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  for (let index = 16; index < ROUNDS; index += 1) {
    const early = words[index - 15] ?? 0;
    const late = words[index - 2] ?? 0;
    const one = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const two = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[index] = ((words[index - 16] ?? 0) + one + (words[index - 7] ?? 0) + two) | 0;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let index = 0; index < ROUNDS; index += 1) {
    const chosen = (e & f) ^ (~e & g);
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + chosen + (K[index] ?? 0) + (words[index] ?? 0)) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = ((state[0] ?? 0) + a) | 0;
  state[1] = ((state[1] ?? 0) + b) | 0;
  state[2] = ((state[2] ?? 0) + c) | 0;
  state[3] = ((state[3] ?? 0) + d) | 0;
  state[4] = ((state[4] ?? 0) + e) | 0;
  state[5] = ((state[5] ?? 0) + f) | 0;
  state[6] = ((state[6] ?? 0) + g) | 0;
  state[7] = ((state[7] ?? 0) + h) | 0;
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
