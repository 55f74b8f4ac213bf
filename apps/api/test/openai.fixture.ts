import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { wav } from '#testing/recordings';
import { DOUBLE_KEY, type SpeechDouble, startOpenAiDouble } from '#testing/speech-doubles';
import { makeKey } from './api-key.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

/** The API on a port, with a provider behind it that does as it is told. */
export interface OpenAiApi {
  api: TestApi;
  provider: SpeechDouble;
  /** Without a path. */
  url: string;
  user: SignedInUser;
  key: string;
  /** An SDK that tries once. */
  client(options?: { apiKey?: string; maxRetries?: number }): OpenAI;
  /** Another key of the same workspace. */
  keyFor(scopes: string[]): Promise<{ id: string; key: string }>;
  /** A key of a new workspace. */
  newcomer(): Promise<SignedInUser & { key: string }>;
  /** Providers and keys that were left alone are no longer. */
  forgetCircuits(): Promise<void>;
  query<Row extends object>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

/** @param overrides environment variables by name */
export async function startOpenAiApi(overrides: Record<string, string> = {}): Promise<OpenAiApi> {
  const provider = await startOpenAiDouble();
  const api = await startTestApi({ OPENAI_API_KEY: DOUBLE_KEY, OPENAI_BASE_URL: `${provider.url}/v1`, ...overrides });
  await api.app.listen(0, '127.0.0.1');
  const { port } = api.app.getHttpServer().address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const user = await api.register();
  const { key } = await makeKey(api, user.headers, { scopes: ['write'] });
  return {
    ...{ api, provider, url, user, key },
    client: ({ apiKey = key, maxRetries = 0 } = {}) => new OpenAI({ apiKey, maxRetries, baseURL: `${url}/v1` }),
    keyFor: (scopes) => makeKey(api, user.headers, { scopes }),
    newcomer: async () => {
      const other = await api.register();
      return { ...other, key: (await makeKey(api, other.headers, { scopes: ['write'] })).key };
    },
    forgetCircuits: async () => {
      await api.database.asSystem((tx) => tx.execute('DELETE FROM circuits'));
      // What a process knows of them is good for a second.
      await sleep(1_100);
    },
    query: (sql, parameters = []) => api.database.asSystem((tx) => tx.query(sql, parameters)),
    stop: async () => {
      await api.stop();
      await provider.close();
    },
  };
}

/** A WAV file of a tone, as a part of a form. */
export function tone(seconds: number, name = 'tone.wav'): File {
  return new File([new Uint8Array(wav(seconds, 440))], name);
}
