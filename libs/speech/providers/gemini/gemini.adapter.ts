import type { Part } from '@google/generative-ai';
import type { Config } from '#config';
import { attempt, type JsonValue, keyFor, openConnection, parseJson, refusalError } from '#provider-calls';
import type { KeyCheck, SpeechModel, SpeechProvider, SpeechRequest, SpeechResult } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';
import { checkGeminiKey } from './check-key.js';
import { GEMINI_MODELS } from './models.js';
import { transcriptOfAnswer } from './transcript-answer.js';
import { transcriptionRequest } from './transcription-request.js';
import { type GeminiCall, withUploadedAudio } from './uploaded-audio.js';

/** A request may have 20 MB; base64 makes four bytes of three, and the instructions want a little room. */
const MAX_INLINE_BYTES = 14_900_000;

/**
 * Gemini, asked by prompt and answering by schema. The SDK lends its types only: its calls take no `fetch` and no dispatcher, so
 * neither the size nor the time of an answer could be bounded, and its errors drop the status code (`RESOURCE_EXHAUSTED`).
 */
export class GeminiSpeech implements SpeechProvider {
  readonly id = 'gemini';
  readonly configured: boolean;
  private readonly connection;
  private readonly baseUrl: string;

  /** @param apiKey the installation's; without it only workspaces' own keys are used */
  constructor(
    private readonly apiKey: string | undefined,
    { baseUrl }: Config['speech']['gemini'],
    private readonly timeoutSeconds: number,
    readonly models: readonly SpeechModel[] = GEMINI_MODELS,
  ) {
    this.configured = apiKey !== undefined;
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.connection = openConnection(timeoutSeconds);
  }

  async transcribe(request: SpeechRequest): Promise<SpeechResult> {
    const key = keyFor(this.id, request.apiKey, this.apiKey);
    const call = this.callWith(key);
    const mimeType = mimeTypeOf(request.audio);
    const clocks = { provider: this.id, signal: request.signal, timeoutSeconds: this.timeoutSeconds, key } as const;
    return attempt(clocks, async (signal) => {
      if (request.audio.bytes <= MAX_INLINE_BYTES) {
        const chunk = await chunkFile(this.id, request.audio);
        const data = Buffer.from(await chunk.arrayBuffer()).toString('base64');
        return generate(call, { inlineData: { mimeType, data } }, request, signal);
      }
      return withUploadedAudio(call, request.audio, mimeType, signal, (fileUri) =>
        generate(call, { fileData: { mimeType, fileUri } }, request, signal),
      );
    });
  }

  checkKey(apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
    return checkGeminiKey(this.connection, this.baseUrl, apiKey, signal);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Sends requests with the key in their header, so that it stands in no address, and turns refusals into errors. */
  private callWith(key: string): GeminiCall {
    return async (address, init) => {
      const headers = new Headers(init.headers);
      headers.set('x-goog-api-key', key);
      const url = address.startsWith('/') ? this.baseUrl + address : address;
      const response = await this.connection.fetch(url, { ...init, headers });
      if (response.ok) return response;
      const body: JsonValue | undefined = parseJson(await response.text());
      throw refusalError({ provider: this.id, status: response.status, headers: response.headers, body, key });
    };
  }
}

/** Its own names: `audio/mp3`, `audio/ogg` (https://ai.google.dev/gemini-api/docs/audio). */
function mimeTypeOf(audio: SpeechRequest['audio']): string {
  return `audio/${'content' in audio ? audio.extension : 'wav'}`;
}

async function generate(call: GeminiCall, audio: Part, request: SpeechRequest, signal: AbortSignal): Promise<SpeechResult> {
  const response = await call(`/v1beta/models/${encodeURIComponent(request.model)}:generateContent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(transcriptionRequest(audio, request)),
    signal,
  });
  return transcriptOfAnswer(parseJson(await response.text()), request);
}
