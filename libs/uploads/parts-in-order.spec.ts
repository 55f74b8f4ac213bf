import { describe, expect, it } from '@jest/globals';
import { type Landing, PartsInOrder } from './parts-in-order.js';

const PLAN = { bytes: 25, partBytes: 10 };
const WHOLE = Buffer.from('abcdefghijklmnopqrstuvwxy');

/** A store that keeps what it is given, and may die before any of its steps. */
class Shore implements Landing {
  readonly parts = new Map<number, string>();
  readonly tails = new Map<number, string>();
  offset = 0;
  steps = 0;
  diesBefore = Infinity;

  async putPart(number: number, content: Buffer): Promise<void> {
    await this.step();
    this.parts.set(number, content.toString());
  }
  async putTail(end: number, content: Buffer): Promise<void> {
    await this.step();
    this.tails.set(end, content.toString());
  }
  getTail(end: number): Promise<Buffer> {
    return Promise.resolve(Buffer.from(this.tails.get(end) ?? 'no such tail'));
  }
  async dropTail(end: number): Promise<void> {
    await this.step();
    this.tails.delete(end);
  }
  async note(before: number, after: number): Promise<void> {
    await this.step();
    expect(before).toBe(this.offset);
    expect(after).toBeGreaterThan(before);
    this.offset = after;
  }

  get whole(): string {
    return [...this.parts]
      .sort(([a], [b]) => a - b)
      .map(([, content]) => content)
      .join('');
  }

  private async step(): Promise<void> {
    await Promise.resolve();
    this.steps += 1;
    if (this.steps > this.diesBefore) throw new Error('the process died');
  }
}

async function* pieces(from: number, to: number, size: number, breaks = false): AsyncGenerator<Buffer> {
  for (let at = from; at < to; at += size) yield await Promise.resolve(WHOLE.subarray(at, Math.min(at + size, to)));
  if (breaks) throw new Error('the connection broke');
}

async function send(shore: Shore, to: number, size: number, breaks = false): Promise<number> {
  const parts = new PartsInOrder(PLAN, shore);
  await parts.resume(shore.offset);
  return parts.take(pieces(shore.offset, to, size, breaks));
}

describe('bytes that come in order', () => {
  it.each([1, 3, 10, 25])('become the parts of the plan, in pieces of %i', async (size) => {
    const shore = new Shore();
    expect(await send(shore, 25, size)).toBe(25);
    expect([...shore.parts.values()]).toEqual(['abcdefghij', 'klmnopqrst', 'uvwxy']);
    expect(shore.tails.size).toBe(0);
  });

  it.each(Array.from({ length: 26 }, (_, at) => at))('go on where they broke off: after %i', async (at) => {
    const shore = new Shore();
    await expect(send(shore, at, 4, true)).rejects.toThrow('the connection broke');
    expect(shore.offset).toBe(at);
    expect(await send(shore, 25, 4)).toBe(25);
    expect(shore.whole).toBe(WHOLE.toString());
    expect(shore.tails.size).toBe(0);
  });

  it('come through when the process dies between any two steps, over and over', async () => {
    for (let diesBefore = 0; diesBefore < 12; diesBefore += 1) {
      const shore = new Shore();
      for (const at of [4, 7, 13, 20, 23]) {
        Object.assign(shore, { steps: 0, diesBefore });
        await send(shore, Math.max(at, shore.offset), 3, true).catch(() => undefined);
      }
      Object.assign(shore, { steps: 0, diesBefore: Infinity });
      expect(await send(shore, 25, 3)).toBe(25);
      expect(shore.whole).toBe(WHOLE.toString());
    }
  });

  it('stop when the store fails, and say why', async () => {
    const shore = new Shore();
    shore.diesBefore = 0;
    await expect(send(shore, 25, 5)).rejects.toThrow('the process died');
    expect(shore.offset).toBe(0);
  });
});
