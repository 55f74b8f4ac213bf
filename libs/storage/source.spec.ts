import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { consume } from './source.js';

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(1000));
    },
  });
}

async function countAll(chunks: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  return bytes;
}

describe('consume', () => {
  it('gives what the work gave', async () => {
    expect(await consume(Readable.from([Buffer.alloc(3), Buffer.alloc(4)]), undefined, countAll)).toBe(7);
  });

  it('throws the error of the work, not that of the loop it left, and destroys the source', async () => {
    const source = endless();
    const full = new Error('the disk is full');
    const work = consume(source, undefined, async (chunks) => {
      for await (const chunk of chunks) if (chunk.length > 0) throw full;
    });
    await expect(work).rejects.toBe(full);
    expect(source.destroyed).toBe(true);
  });

  it('throws the error of the source, also one that comes before anybody reads', async () => {
    const failure = new Error('the client went away');
    const source = new PassThrough();
    const work = consume(source, undefined, async (chunks) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return countAll(chunks);
    });
    source.destroy(failure);
    await expect(work).rejects.toBe(failure);
  });

  it('throws the reason of the signal, and of a stop by the work itself', async () => {
    const late = new Error('too late');
    const abort = new AbortController();
    const aborted = consume(new PassThrough(), abort.signal, countAll);
    abort.abort(late);
    await expect(aborted).rejects.toBe(late);
    const stopped = consume(new PassThrough(), undefined, (chunks, stop) => {
      stop.abort(late);
      return countAll(chunks);
    });
    await expect(stopped).rejects.toBe(late);
  });

  it('takes a source that was cut off for a failure', async () => {
    const source = new PassThrough();
    const work = consume(source, undefined, countAll);
    source.write('half');
    source.destroy();
    await expect(work).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });
});
