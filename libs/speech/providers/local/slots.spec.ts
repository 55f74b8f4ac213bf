import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.js';

const never = new AbortController().signal;

describe('Slots', () => {
  it('runs as many at once as there are places, the rest in the order they came', async () => {
    const slots = new Slots(2);
    const order: string[] = [];
    const gates = new Map<string, () => void>();
    const start = (name: string) =>
      slots.run(never, () => {
        order.push(name);
        return new Promise<void>((resolve) => gates.set(name, resolve));
      });
    const all = ['a', 'b', 'c', 'd'].map(start);
    await settled();
    expect(order).toEqual(['a', 'b']);
    gates.get('b')?.();
    await settled();
    expect(order).toEqual(['a', 'b', 'c']);
    gates.get('a')?.();
    await settled();
    ['c', 'd'].forEach((name) => gates.get(name)?.());
    await Promise.all(all);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives the place back when the work fails', async () => {
    const slots = new Slots(1);
    await expect(slots.run(never, () => Promise.reject(new Error('Broken.')))).rejects.toThrow('Broken.');
    expect(await slots.run(never, () => Promise.resolve(1))).toBe(1);
  });

  it('lets an aborted one leave the line without taking a place', async () => {
    const slots = new Slots(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = slots.run(never, () => promise);
    const stop = new AbortController();
    const second = slots.run(stop.signal, () => Promise.reject(new Error('It ran.')));
    stop.abort(new Error('Gone.'));
    await expect(second).rejects.toThrow('Gone.');
    resolve();
    await first;
    expect(await slots.run(never, () => Promise.resolve('free'))).toBe('free');
  });
});

/** Lets everything run that waits for nothing but its turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
