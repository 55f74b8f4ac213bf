import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Log } from '../log.js';
import { VERSION } from '../version.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

let metrics: PrometheusMetrics;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  metrics = new PrometheusMetrics('api', VERSION, new Log({ app: 'api', level: 'silent' }));
});
afterEach(() => {
  jest.useRealTimers();
});

async function lines(name: string): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
}

describe('figures', () => {
  it('say which program they are of', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await lines('steno_build_info')).toEqual([
      `steno_build_info{app="api",version="${version}",node="${process.version}"} 1`,
    ]);
  });

  it('are counted by their labels', async () => {
    const refusals = metrics.counter({ name: 'steno_refusals_total', help: 'Refused.', labels: ['policy'] });
    refusals.add({ policy: 'user' });
    refusals.add({ policy: 'user' }, 2);
    expect(await lines('steno_refusals_total')).toEqual(['steno_refusals_total{policy="user"} 3']);
  });

  it('of no value are there by name', async () => {
    metrics.counter({ name: 'steno_nothing_total', help: 'Nothing yet.', labels: ['policy'] });
    expect(await metrics.text()).toContain('# TYPE steno_nothing_total counter');
  });
});

describe('readings', () => {
  let reads: number;
  let answer: () => Promise<number>;
  beforeEach(() => {
    reads = 0;
    answer = () => Promise.resolve(7);
    const waiting = metrics.gauge({ name: 'steno_waiting', help: 'Waiting.', labels: ['queue'] });
    metrics.whenAsked({
      source: 'queues',
      read: () => {
        reads += 1;
        return answer();
      },
      show: (found) => {
        waiting.clear();
        if (found !== null) waiting.set({ queue: 'mail.send' }, found);
      },
    });
  });

  it('are made when somebody asks, once in five seconds however many ask', async () => {
    expect(reads).toBe(0);
    expect(await Promise.all([lines('steno_waiting'), lines('steno_waiting')])).toEqual([
      ['steno_waiting{queue="mail.send"} 7'],
      ['steno_waiting{queue="mail.send"} 7'],
    ]);
    jest.advanceTimersByTime(4_900);
    await metrics.text();
    expect(reads).toBe(1);
    jest.advanceTimersByTime(200);
    await metrics.text();
    expect(reads).toBe(2);
  });

  it.each([
    ['fail', () => Promise.reject(new Error('away'))],
    ['hang', () => new Promise<number>(() => undefined)],
  ])('that %s leave nothing old behind, and are told', async (_, broken) => {
    await metrics.text();
    jest.advanceTimersByTime(6_000);
    answer = broken;
    const [text] = await Promise.all([metrics.text(), jest.advanceTimersByTimeAsync(3_000)]);
    expect(text).toContain('steno_reading_ok{source="queues"} 0');
    expect(text).not.toContain('steno_waiting{');
  });
});
