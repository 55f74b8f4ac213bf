import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabaseServerUrl, testRedisUrl, testS3 } from './test-servers.js';

const NAMES = ['STENO_TEST_DATABASE_URL', 'STENO_TEST_REDIS_URL', 'STENO_TEST_S3_URL', 'STENO_TEST_STRICT'];

describe('the servers of a run', () => {
  const before = NAMES.map((name) => [name, process.env[name]] as const);
  beforeEach(() => {
    for (const name of NAMES) delete process.env[name];
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it('are where the environment says', () => {
    process.env['STENO_TEST_DATABASE_URL'] = 'postgres://there';
    process.env['STENO_TEST_REDIS_URL'] = 'redis://there';
    expect([testDatabaseServerUrl(), testRedisUrl()]).toEqual(['postgres://there', 'redis://there']);
  });

  it('come with their credentials', () => {
    process.env['STENO_TEST_S3_URL'] = 'http://account%3Auser:a%2Fb@there:8080';
    const credentials = { accessKeyId: 'account:user', secretAccessKey: 'a/b' };
    expect(testS3()).toEqual({ endpoint: 'http://there:8080', credentials });
  });

  it.each([testRedisUrl, testS3])('may lack a Redis and an S3, unless the run is strict (%p)', (find) => {
    expect(find()).toBeNull();
    process.env['STENO_TEST_STRICT'] = '1';
    expect(() => find()).toThrow('the strict run skips nothing');
  });

  it('have a Postgres in any case', () => {
    expect(() => testDatabaseServerUrl()).toThrow('STENO_TEST_DATABASE_URL is not set. `npm test -- <path>` brings');
  });
});
