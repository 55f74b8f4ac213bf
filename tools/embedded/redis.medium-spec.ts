import { expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { isAlive } from '../lock.mjs';
import { startRedis } from './redis.ts';

jest.setTimeout(60_000);

it('starts a Redis that keeps what it is told and forgets it all at its end', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    expect(await redis.set('key', 'value')).toBe('OK');
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await redis.config('GET', 'save')).toEqual(['save', '']);
  } finally {
    redis.disconnect();
    await server.stop();
  }
  expect(isAlive(server.pid)).toBe(false);
});
