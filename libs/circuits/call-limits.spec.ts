import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { testConfig } from '#testing/config';
import { CallLimits } from './call-limits.js';

const STILL = new AbortController().signal;

let limits: CallLimits;
beforeEach(() => {
  limits = new CallLimits(testConfig({ PROVIDER_CALLS_AT_ONCE: 'groq=1/1' }));
});

/** What has happened by now. */
async function now(): Promise<void> {
  await sleep(20);
}

describe('whoever waits for a place among the calls under way', () => {
  it('is told when a call at the provider ends, the first one first and one for each end', async () => {
    const told: number[] = [];
    const limit = limits.of('groq/one');
    limit.begin();
    for (const who of [1, 2]) void limits.ended('groq', STILL).then(() => told.push(who));
    limits.of('openai/other').begin();
    limits.of('openai/other').end('answered');
    await now();
    expect(told).toEqual([]);
    limit.end('answered');
    await now();
    expect(told).toEqual([1]);
    limit.end('untold');
    await now();
    expect(told).toEqual([1, 2]);
  });

  it('looks again after a moment, though nobody tells', async () => {
    await expect(limits.ended('groq', STILL)).resolves.toBeUndefined();
  });

  it('waits no longer when nobody wants the answer any more, and takes no other’s turn', async () => {
    const leaving = new AbortController();
    const left = limits.ended('groq', leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(limits.ended('groq', leaving.signal)).rejects.toThrow('gone');
    const told: string[] = [];
    void limits.ended('groq', STILL).then(() => told.push('the other'));
    limits.of('groq/one').begin();
    limits.of('groq/one').end('answered');
    await now();
    expect(told).toEqual(['the other']);
  });
});
