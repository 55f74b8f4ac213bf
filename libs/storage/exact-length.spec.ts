import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { withExactLength } from './exact-length.js';

const STALL_MS = 60;

function bodyOf(source: PassThrough, bytes: number) {
  return withExactLength(source, { bytes, stallMs: STALL_MS, translate: (error) => error });
}

/** Lets nothing else run, as a machine with too much to do does. */
function holdUp(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('withExactLength', () => {
  it('gives a source up that falls silent', async () => {
    const source = new PassThrough();
    source.write('12');
    await expect(buffer(bodyOf(source, 4))).rejects.toMatchObject({
      code: 'object_truncated',
      message: 'The object store sent 2 of 4 bytes. Try again in 5 seconds.',
    });
  });

  it('does not take a process that was held up for a silent source', async () => {
    const source = new PassThrough();
    const read = buffer(bodyOf(source, 4));
    source.write('12');
    setTimeout(() => holdUp(3 * STALL_MS), 1);
    setTimeout(() => setImmediate(() => source.end('34')), 2);
    expect((await read).toString()).toBe('1234');
  });

  it.each(['123', '12345'])('refuses %s where 4 bytes are expected', async (sent) => {
    const source = new PassThrough();
    source.end(sent);
    await expect(buffer(bodyOf(source, 4))).rejects.toMatchObject({ code: 'object_truncated' });
  });

  it('ends with the translated error of its source', async () => {
    const source = new PassThrough();
    const read = buffer(withExactLength(source, { bytes: 4, stallMs: STALL_MS, translate: () => new Error('translated') }));
    source.destroy(new Error('raw'));
    await expect(read).rejects.toThrow('translated');
  });
});
