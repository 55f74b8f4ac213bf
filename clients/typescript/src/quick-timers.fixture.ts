import { jest } from '@jest/globals';

/** Lets all timers run at once until the promise has an outcome, so that nobody waits in earnest. */
export async function quickly<Value>(act: () => Promise<Value>): Promise<Value> {
  jest.useFakeTimers({ doNotFake: ['performance', 'queueMicrotask', 'nextTick', 'setImmediate'] });
  try {
    let settled = false;
    const promise = act().finally(() => (settled = true));
    promise.catch(() => undefined);
    while (!settled) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (!settled) await jest.advanceTimersByTimeAsync(250);
    }
    return await promise;
  } finally {
    jest.useRealTimers();
  }
}
