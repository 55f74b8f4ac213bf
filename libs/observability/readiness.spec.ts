import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Readiness } from './readiness.js';

afterEach(() => {
  jest.useRealTimers();
});

describe('Readiness', () => {
  it('is ready when every check passes', async () => {
    const readiness = new Readiness();
    readiness.register('database', () => Promise.resolve());
    expect(await readiness.report()).toEqual({
      ready: true,
      checks: { database: { ok: true, milliseconds: expect.any(Number) } },
    });
  });

  it('says which check fails and why', async () => {
    const readiness = new Readiness();
    readiness.register('database', () => Promise.resolve());
    readiness.register('storage', () => Promise.reject(new Error('The bucket is gone.')));
    expect(await readiness.report()).toMatchObject({
      ready: false,
      checks: { database: { ok: true }, storage: { ok: false, detail: 'The bucket is gone.' } },
    });
  });

  it('survives a check that throws at once', async () => {
    const readiness = new Readiness();
    readiness.register('storage', () => {
      throw new Error('not even a promise');
    });
    expect(await readiness.report()).toMatchObject({ ready: false, checks: { storage: { detail: 'not even a promise' } } });
  });

  it('does not wait for a check that hangs, and runs all at once', async () => {
    jest.useFakeTimers();
    const readiness = new Readiness();
    for (const name of ['one', 'two']) readiness.register(name, () => new Promise(() => undefined));
    const report = readiness.report();
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await report).toEqual({
      ready: false,
      checks: {
        one: { ok: false, detail: 'No answer within 3 s.', milliseconds: 3_000 },
        two: { ok: false, detail: 'No answer within 3 s.', milliseconds: 3_000 },
      },
    });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not ready while the process finishes', async () => {
    const readiness = new Readiness();
    readiness.drain();
    expect(await readiness.report()).toMatchObject({ ready: false, checks: { draining: { ok: false } } });
  });
});
