import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type S3Double, startS3Double } from '#testing/s3-double';
import type { Client, Recording } from './client.js';
import { MEETING } from './recordings.js';
import { describeWith } from './requirements.js';
import { SPOKEN, type Stack, startStack } from './stack.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The same apps with their objects in S3: a server that checks every signature. */
describeWith([], 'recordings in S3', () => {
  let s3: S3Double;
  let stack: Stack;
  let client: Client;
  let recording: Recording;

  beforeAll(async () => {
    s3 = await startS3Double();
    stack = await startStack({ s3 });
    client = await stack.client();
  });
  afterAll(async () => {
    await stack?.stop();
    await s3?.stop();
  });

  it('come in whole', async () => {
    recording = await client.upload(MEETING);
    const keys = s3.objects.map(({ key }) => key);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(new RegExp(`^workspaces/[^/]+/audio/${recording.id}/original\\.opus$`));
    expect(s3.openUploads).toHaveLength(0);
  });

  it('go out by a presigned link, to the bucket and without a token, and through the API', async () => {
    const { url } = await client.json<{ url: string }>('GET', `/api/v1/audio/${recording.id}/url?expiration=60`);
    expect(url.startsWith(s3.endpoint)).toBe(true);
    const direct = await fetch(url);
    expect(direct.status).toBe(200);
    const through = await client.send('GET', `/api/v1/audio/${recording.id}/download`);
    const original = sha256(readFileSync(MEETING));
    expect(sha256(new Uint8Array(await direct.arrayBuffer()))).toBe(original);
    expect(sha256(new Uint8Array(await through.arrayBuffer()))).toBe(original);
    expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
  });

  it('are transcribed, and nothing of the work stays', async () => {
    const { id } = await client.order(recording.id);
    expect(await client.waitUntilFinished(id)).toMatchObject({ status: 'completed', error: null });
    expect((await client.transcription(id)).text).toContain(SPOKEN);
    await stack.until(
      'the chunks are gone',
      `SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')`,
      (n) => n === 0,
      30,
    );
    expect(s3.objects).toHaveLength(1);
  });

  it('are gone once they are deleted', async () => {
    await client.remove(`/api/v1/audio/${recording.id}`);
    await stack.until(
      'the object is gone',
      `SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')`,
      (n) => n === 0,
      30,
    );
    expect(s3.objects).toHaveLength(0);
  });

  it('are not transcribed when they come back changed', async () => {
    const calls = stack.provider.calls.length;
    const changed = await client.upload(MEETING);
    s3.fail('corrupt', 'GetObject');
    const { id } = await client.order(changed.id);
    client.accepted.delete(id);
    expect(await client.waitUntilFinished(id)).toMatchObject({ status: 'failed', error: { code: 'integrity' } });
    s3.fail('ok');
    expect(stack.provider.calls.length).toBe(calls);
  });
});
