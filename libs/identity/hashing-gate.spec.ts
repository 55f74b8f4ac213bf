import { describe, expect, it } from '@jest/globals';
import { HashingGate } from './hashing-gate.js';

/** Work that goes on until it is let go. */
function held(): { work: () => Promise<void>; letGo: () => void } {
  let letGo = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return { work: () => done, letGo };
}

describe('the gate before hashing', () => {
  it('lets so many at once, and the next when one has ended, in their order', async () => {
    const gate = new HashingGate(2);
    const begun: number[] = [];
    const all = [0, 1, 2, 3].map((index) => ({ index, ...held() }));
    const runs = all.map(({ index, work }) =>
      gate.run(() => {
        begun.push(index);
        return work();
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    all[1]?.letGo();
    await runs[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const { letGo } of all) letGo();
    await Promise.all(runs);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('is free again after work that failed', async () => {
    const gate = new HashingGate(1);
    await expect(gate.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(gate.run(() => Promise.resolve('whole'))).resolves.toBe('whole');
  });

  it('refuses the two hundred and first who would have to wait, with a time to come back', async () => {
    const gate = new HashingGate(1);
    const { work, letGo } = held();
    const waiting = Array.from({ length: 201 }, () => gate.run(work));
    await expect(gate.run(work)).rejects.toMatchObject({ code: 'service_unavailable', retryAfterSeconds: 5 });
    letGo();
    await Promise.all(waiting);
  });
});
