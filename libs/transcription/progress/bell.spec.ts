import { expect, it } from '@jest/globals';
import { Bell } from './bell.js';

const never = new AbortController().signal;

it('a bell is heard once for any number of rings, also when they came before', async () => {
  const bell = new Bell();
  bell.ring();
  bell.ring();
  expect(await bell.heard(10_000, never)).toBe(true);
  expect(await bell.heard(1, never)).toBe(false);
  const waiting = bell.heard(10_000, never);
  bell.ring();
  expect(await waiting).toBe(true);
});

it('nobody waits for it any longer once the signal has come', async () => {
  const bell = new Bell();
  const gone = new AbortController();
  const waiting = bell.heard(10_000, gone.signal);
  gone.abort();
  expect(await waiting).toBe(false);
  bell.ring();
  expect(await bell.heard(10_000, gone.signal)).toBe(false);
});
