import { describe, expect, it } from '@jest/globals';
import { translateDiskError } from './disk-errors.js';
import { translateS3Error } from './s3-errors.js';

function coded(code: string): Error {
  return Object.assign(new Error(`${code}: /secret/path`), { code });
}

describe('translateDiskError', () => {
  it.each([
    ['ENOSPC', 'insufficient_storage'],
    ['EDQUOT', 'insufficient_storage'],
    ['EACCES', 'storage_misconfigured'],
    ['EROFS', 'storage_misconfigured'],
    ['EMFILE', 'storage_unavailable'],
    ['EIO', 'storage_unavailable'],
  ])('turns %s into %s, without its path', (code, expected) => {
    const cause = coded(code);
    expect(translateDiskError(cause)).toMatchObject({ code: expected, cause });
    expect(translateDiskError(cause).message).not.toContain('/secret');
  });

  it('leaves other errors alone', () => {
    const error = new Error('the caller’s own');
    expect(translateDiskError(error)).toBe(error);
  });
});

describe('translateS3Error', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ERR_STREAM_PREMATURE_CLOSE'])(
    'turns %s into storage_unavailable',
    (code) => {
      expect(translateS3Error(coded(code))).toMatchObject({ code: 'storage_unavailable', retryAfterSeconds: 5 });
    },
  );

  it('tells the operator that there are no credentials', () => {
    const error = Object.assign(new Error(), { name: 'CredentialsProviderError' });
    expect(translateS3Error(error)).toMatchObject({
      code: 'storage_misconfigured',
      message: expect.stringContaining('S3_ACCESS_KEY_ID'),
    });
  });

  it('leaves mistakes of ours and aborts alone', () => {
    for (const error of [
      new TypeError('x'),
      coded('ERR_INVALID_ARG_TYPE'),
      Object.assign(new Error(), { name: 'AbortError', $metadata: {} }),
    ]) {
      expect(translateS3Error(error)).toBe(error);
    }
  });
});
