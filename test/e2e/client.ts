import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Recording,
  type Segment,
  Steno,
  type Transcription,
  type TranscriptionOrder,
  type TranscriptionState,
} from '../../clients/typescript/src/index.js';

export type { Recording, Segment, Transcription } from '../../clients/typescript/src/index.js';

/** How far a transcription is. */
export type Status = TranscriptionState;

/** An answer that is not 2xx. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId: string;
}

const POLL_MS = 150;
const PATIENCE_SECONDS = 150;

/** An account and the calls it makes: by the client for TypeScript, and by `fetch` alone where a test wants to see every header. */
export class Client {
  /** Ids of the transcriptions the server accepted and nobody deleted. */
  readonly accepted = new Set<string>();
  readonly email = `${randomUUID()}@example.com`;
  token = '';
  refreshToken = '';

  /** @param origin such as http://127.0.0.1:3000 */
  constructor(
    readonly origin: string,
    readonly password = `pass-${randomUUID()}`,
  ) {}

  /** Makes the account. */
  async register(): Promise<this> {
    const json = { email: this.email, password: this.password, name: 'Anna' };
    const signedIn = await this.json<{ accessToken: string; refreshToken: string }>('POST', '/api/v1/auth/register', json);
    this.token = signedIn.accessToken;
    this.refreshToken = signedIn.refreshToken;
    return this;
  }

  /** The client for TypeScript, signed in. It tries nothing twice: tests count what happens. */
  get steno(): Steno {
    return new Steno({ baseUrl: this.origin, accessToken: this.token, retries: 0 });
  }

  /** Sends a recording from a file, in one request. */
  async upload(path: string): Promise<Recording> {
    return this.steno.audio.upload(await openAsBlob(path), { name: basename(path), directBytes: Infinity });
  }

  /** Orders a transcript; as a rule one of its own, whatever was transcribed before. */
  async order(audioId: string, wish: Partial<TranscriptionOrder> = { reuse: false }): Promise<Transcription> {
    const ordered = await this.steno.transcriptions.create({ audioId, ...wish });
    this.accepted.add(ordered.id);
    return ordered;
  }

  /** Sends a recording and orders its transcript. */
  async transcribe(path: string): Promise<Transcription> {
    return this.order((await this.upload(path)).id);
  }

  async transcription(id: string): Promise<Transcription> {
    return this.steno.transcriptions.get(id);
  }

  async segments(id: string): Promise<Segment[]> {
    return (await this.steno.transcriptions.segments(id, { limit: 100 })).data;
  }

  /** Polls until the transcription has ended; a server that is away meanwhile is waited for. */
  async waitUntilFinished(id: string, seconds = PATIENCE_SECONDS): Promise<Transcription> {
    let last = 'no answer';
    for (const deadline = performance.now() + seconds * 1_000; performance.now() < deadline; await sleep(POLL_MS)) {
      const response = await this.send('GET', `/api/v1/transcriptions/${id}`).catch(() => undefined);
      if (response?.ok !== true) continue;
      const found = (await response.json()) as Transcription;
      if (found.status !== 'pending' && found.status !== 'processing') return found;
      last = JSON.stringify(found);
    }
    throw new Error(`The transcription did not end within ${seconds} s; at last: ${last}`);
  }

  /** Deletes a resource by its path. */
  async remove(path: string): Promise<void> {
    const response = await this.send('DELETE', path);
    if (response.status !== 204) throw new Error(`DELETE ${path} answered ${response.status}: ${await response.text()}`);
    this.accepted.delete(path.split('/').at(-1) ?? '');
  }

  /** One request with a JSON body and a JSON answer. */
  async json<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    return this.read<Answer>(await this.send(method, path, body));
  }

  /** One request, signed in. */
  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const isForm = body instanceof FormData;
    return fetch(this.origin + path, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
  }

  private async read<Answer>(response: Response): Promise<Answer> {
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
