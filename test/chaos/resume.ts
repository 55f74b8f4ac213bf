import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startS3Double } from '#testing/s3-double';
import type { Client, Recording } from '../e2e/client.js';
import { discardNow, onStack } from '../e2e/orders.js';
import type { Stack } from '../e2e/stack.js';
import type { Sent } from './resumable-client.js';
import type { ChaosRow } from './row.js';
import { writeNoise } from './sound-file.js';

const MB = 1_000_000;
const BYTES = 60 * MB;
const KILLED_AT = 0.6;
/** What is on its way when the client is killed: the piece that was not acknowledged. */
const PIECE_BYTES = 2 * MB;
const BODY = 'application/offset+octet-stream';

/** Sends until it is done or `enough` says so; then it is killed. @returns what it said last */
async function send(args: string[], enough: (sent: Sent) => boolean = () => false): Promise<Sent> {
  const child = fork(join(import.meta.dirname, 'resumable-client.ts'), args);
  let last: Sent = { url: '', bytes: 0, done: false };
  child.on('message', (sent: Sent) => {
    last = sent;
    if (enough(sent)) child.kill('SIGKILL');
  });
  await once(child, 'exit');
  return last;
}

/** One request of the protocol, by hand. */
async function tus(client: Client, method: string, url: string, headers: Record<string, string>, body?: Uint8Array<ArrayBuffer>) {
  return fetch(new URL(url, client.origin), {
    method,
    headers: { authorization: `Bearer ${client.token}`, 'tus-resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

async function offsetOf(client: Client, url: string): Promise<number> {
  return Number((await tus(client, 'HEAD', url, {})).headers.get('upload-offset'));
}

/** @returns the status of bytes sent for a place the upload does not stand at */
async function misplaced(client: Client, url: string, offset: number): Promise<number> {
  const headers = { 'content-type': BODY, 'upload-offset': String(offset + 1) };
  return (await tus(client, 'PATCH', url, headers, new Uint8Array(1_000))).status;
}

/** @returns how an upload ends whose bytes are not those that were announced */
async function changed(client: Client): Promise<string> {
  const metadata = `sha256 ${Buffer.from('0'.repeat(64)).toString('base64')}`;
  const begun = await tus(client, 'POST', '/api/v1/uploads/resumable', { 'upload-length': '1000', 'upload-metadata': metadata });
  const headers = { 'content-type': BODY, 'upload-offset': '0' };
  const answer = await tus(client, 'PATCH', begun.headers.get('location') ?? '', headers, new Uint8Array(1_000));
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`;
}

/** The client, and in the second half also the API, are killed while they are at it. */
async function resumed(stack: Stack, client: Client, path: string, sha256: string) {
  const args = [client.origin, client.token, path, sha256];
  const first = await send(args, ({ bytes }) => bytes >= KILLED_AT * BYTES);
  const kept = await offsetOf(client, first.url);
  const status = await misplaced(client, first.url, kept);
  const unmoved = (await offsetOf(client, first.url)) === kept;
  let killed: Promise<void> | undefined;
  const second = await send([...args, first.url], () => {
    killed ??= stack.stopApi('SIGKILL').then(() => stack.startApi());
    return false;
  });
  await killed;
  const id = first.url.split('/').at(-1) ?? '';
  const { sha256: stored } = await client.json<Recording>('GET', `/api/v1/audio/${id}`);
  return { first, kept, status, unmoved, second, same: stored === sha256 };
}

/** A resumable upload, broken off by both sides. */
export const RESUMED: ChaosRow = {
  id: 'L8',
  what: 'a resumable upload of 60 MB to S3 whose client is killed (-9) at 60 %; another client goes on, and under it the API is killed and started again, 5 times',
  expect:
    'only what is missing is sent (and the piece that was on its way); bytes for another place: 409, nothing moves; bytes that were not announced: 422; the same bytes in the end',
  withinSeconds: 600,
  run: async (turn) => {
    const s3 = await startS3Double();
    try {
      return await onStack({ s3, workers: 1 }, async (stack, client) => {
        const path = join(stack.files, 'resumed.wav');
        const sha256 = await writeNoise(path, BYTES);
        const told: string[] = [];
        let holds = true;
        for (let round = 1; round <= turn.times(5); round += 1) {
          const { first, kept, status, unmoved, second, same } = await resumed(stack, client, path, sha256);
          const more = kept + second.bytes - BYTES;
          holds &&= first.bytes < BYTES && kept >= first.bytes && kept - first.bytes <= PIECE_BYTES && second.done;
          holds &&= more <= PIECE_BYTES && status === 409 && unmoved && same;
          told.push(
            `${kept / MB} MB kept, ${second.bytes / MB} MB sent afterwards, other place ${status}${same ? '' : ', OTHER bytes'}`,
          );
          turn.say(told.at(-1) ?? '');
        }
        const refused = await changed(client);
        holds &&= refused === '422 checksum_mismatch';
        await discardNow(stack);
        return { figure: `${told.join('; ')}; bytes not announced: ${refused}`, holds };
      });
    } finally {
      await s3.stop();
    }
  },
};
