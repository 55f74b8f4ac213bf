import type { AddressInfo } from 'node:net';
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
