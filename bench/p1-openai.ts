import { registerAccount } from './account.ts';
import { shortSound } from './bulk-sound.ts';
import { warmUp } from './http-load.ts';
import type { Row, Sides } from './row.ts';
import type { Stage } from './stage.ts';

const AT_ONCE = 16;
const SECONDS = 11;
const PATH = '/v1/audio/transcriptions';
const BOUNDARY = 'form-of-the-bench-8e03978e40d543e8';

const WORK =
  'POST /v1/audio/transcriptions of 11 s WAV (352 kB) with an API key, passed on to a provider that needs no time, 16 at once';

export const p1: Row = {
  id: 'P1',
  work: `${WORK}: key, limits, quotas, counted seconds, a usage record`,
  floor: 'the npm gateway @portkey-ai/gateway 1.15.2, to the same provider',
  unit: 'requests/s',
  reach: { atLeast: 2 },
  variants: [{ name: 'without Redis', open: (stage) => open(stage, 'gateway') }],
};

export const p1Proxy: Row = {
  ...p1,
  id: 'P1.1',
  floor: 'a raw Node proxy that streams to the same provider',
  reach: { atLeast: 0.4 },
  variants: [{ name: 'without Redis', open: (stage) => open(stage, 'stream-proxy') }],
};

async function open(stage: Stage, floor: 'gateway' | 'stream-proxy'): Promise<Sides> {
  const provider = await stage.startProgram('bench/stubs/instant-transcripts.ts');
  const settings = { OPENAI_API_KEY: 'sk-of-the-bench', OPENAI_BASE_URL: `${provider}/v1`, OUTGOING_ALLOWED_HOSTS: '127.0.0.1' };
  const api = await stage.startApi(settings);
  const bare = await stage.startProgram(`bench/floors/${floor}.ts`, { UPSTREAM: provider });
  const key = await makeKey(api, (await registerAccount(api)).token);
  const toGateway = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${provider}/v1` };
  const load = {
    paths: [PATH],
    atOnce: AT_ONCE,
    body: { type: `multipart/form-data; boundary=${BOUNDARY}`, base64: form().toString('base64') },
  };
  return {
    steno: await warmUp({ ...load, origin: api, headers: { authorization: `Bearer ${key}` } }),
    floor: await warmUp({
      ...load,
      origin: bare,
      headers: { authorization: 'Bearer sk-of-the-bench', ...(floor === 'gateway' ? toGateway : {}) },
    }),
  };
}

async function makeKey(api: string, token: string): Promise<string> {
  const response = await fetch(`${api}/api/v1/api-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Bench', scopes: ['write'] }),
  });
  if (response.status !== 201) throw new Error(`Could not make a key: ${await response.text()}`);
  return ((await response.json()) as { key: string }).key;
}

/** As SDKs of OpenAI send it. */
function form(): Buffer {
  const part = (name: string, more = '') => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n`;
  return Buffer.concat([
    Buffer.from(`${part('model')}\r\nwhisper-1\r\n${part('file', '; filename="speech.wav"')}Content-Type: audio/wav\r\n\r\n`),
    shortSound(SECONDS),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}
