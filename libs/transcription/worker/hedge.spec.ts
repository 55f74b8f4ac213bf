import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { hedge, OutrunError } from './hedge.js';

const LATE_MS = 20;
const NEVER_MS = 60_000;

/** Answers after a while, unless it is aborted before. */
function answers(text: string, afterMs: number, aborted: unknown[] = []) {
  return async (signal: AbortSignal): Promise<string> => {
    await sleep(afterMs, undefined, { signal }).catch(() => {
      aborted.push(signal.reason);
      throw signal.reason;
    });
    return text;
  };
}

function ask(first: (signal: AbortSignal) => Promise<string>, second: (signal: AbortSignal) => Promise<string>, more = {}) {
  const { signal } = new AbortController();
  return hedge(first, second, { signal, afterMs: LATE_MS, mayAsk: () => true, isGood: (text) => text !== 'bad', ...more });
}

const unasked = () => Promise.reject(new Error('was asked'));

describe('asking a second one', () => {
  it('is not done while the first is in time, whatever it says', async () => {
    expect(await ask(answers('one', 0), unasked)).toEqual(['one']);
    expect(await ask(answers('bad', 0), unasked)).toEqual(['bad']);
    await expect(ask(() => Promise.reject(new Error('no')), unasked)).rejects.toThrow('no');
  });

  it('is not done when it may not be', async () => {
    expect(await ask(answers('one', 2 * LATE_MS), unasked, { mayAsk: () => false })).toEqual(['one']);
  });

  it('takes the first good answer and ends the other call, whose end is waited for', async () => {
    const aborted: unknown[] = [];
    expect(await ask(answers('one', NEVER_MS, aborted), answers('two', 0))).toEqual([null, 'two']);
    expect(await ask(answers('one', 3 * LATE_MS), answers('two', NEVER_MS, aborted))).toEqual(['one', null]);
    expect(aborted).toEqual([expect.any(OutrunError), expect.any(OutrunError)]);
  });

  it('waits for the other one when the first to end has nothing good', async () => {
    expect(await ask(answers('one', 5 * LATE_MS), answers('bad', 0))).toEqual(['one', 'bad']);
    expect(await ask(answers('one', 5 * LATE_MS), () => Promise.reject(new Error('no')))).toEqual(['one', null]);
    expect(await ask(answers('bad', 2 * LATE_MS), answers('bad', 4 * LATE_MS))).toEqual(['bad', 'bad']);
  });

  it('gives both answers when both came', async () => {
    const deaf = (text: string) => () => sleep(3 * LATE_MS, text);
    expect(await ask(deaf('one'), answers('two', 0))).toEqual(['one', 'two']);
  });

  it('throws what the first threw when both do, and ends when it is stopped', async () => {
    const fails = (text: string, afterMs: number) => () => sleep(afterMs).then(() => Promise.reject(new Error(text)));
    await expect(ask(fails('one', 3 * LATE_MS), fails('two', 0))).rejects.toThrow('one');
    const stop = new AbortController();
    const stopped = ask(answers('one', NEVER_MS), answers('two', NEVER_MS), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 2 * LATE_MS);
    await expect(stopped).rejects.toThrow('stopped');
  });
});
