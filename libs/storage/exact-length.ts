import { addAbortSignal, pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { FieldError } from '#errors';
import { storageErrors } from './storage.errors.js';

/** In so many looks the silence is measured: a process that was held up between two of them has missed one, not all the time that went by. */
const LOOKS = 10;

/** Passes bytes on and fails unless there are exactly as many as announced, or when none come though the reader waits. */
class ExactLength extends Transform {
  private seen = 0;
  private silentLooks = 0;
  private readonly watch: NodeJS.Timeout;

  constructor(
    private readonly expected: number,
    stallMs: number,
  ) {
    super({ highWaterMark: 64 * 1024 });
    this.watch = setInterval(() => this.look(), stallMs / LOOKS);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.seen += chunk.length;
    this.silentLooks = 0;
    if (this.seen > this.expected) done(this.incomplete());
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    clearInterval(this.watch);
    done(this.seen === this.expected ? null : this.incomplete());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.watch);
    done(error);
  }

  /** Bytes that wait here mean that the reader is slow, as a paused player is; only an empty buffer blames the store. */
  private look(): void {
    this.silentLooks = this.readableLength > 0 ? 0 : this.silentLooks + 1;
    if (this.silentLooks === LOOKS) this.destroy(this.incomplete());
  }

  private incomplete(): FieldError {
    return new FieldError(
      storageErrors.object_truncated,
      `The object store sent ${this.seen} of ${this.expected} bytes. Try again in 5 seconds.`,
      { retryAfterSeconds: 5 },
    );
  }
}

interface Expectation {
  bytes: number;
  /** Silence after which a waiting reader gives up. */
  stallMs: number;
  /** Destroys the body. */
  signal?: AbortSignal;
  /** Turns an error of the source into one of the field. */
  translate: (error: Error) => Error;
}

/** A body that never ends short: fewer or more bytes than expected, or silence while the reader waits, is an error. */
export function withExactLength(source: Readable, { bytes, stallMs, signal, translate }: Expectation): Readable {
  const checked = new ExactLength(bytes, stallMs);
  if (signal !== undefined) addAbortSignal(signal, checked);
  // Registered before the pipeline's own listener, so that the reader gets the translated error.
  source.once('error', (error) => checked.destroy(translate(error)));
  // The result reaches the reader as the end or the error of `checked`; the callback only makes the pipeline clean up.
  return pipeline(source, checked, () => undefined);
}
