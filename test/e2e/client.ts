import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A recording as the API tells it. */
export interface Recording {
  id: string;
  name: string;
  container: string;
  bytes: number;
  sha256: string;
  claimedSeconds: number | null;
}

/** How far a transcription is. */
export interface Status {
  id: string;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  stage: string;
  progress: number;
  error: { code: string; detail: string } | null;
}

/** A transcription as the API tells it. */
export interface Transcription extends Status {
  audioId: string | null;
  engine: { provider: string; model: string; lowAccuracy: boolean };
  durationSeconds: number | null;
  reusedFrom: string | null;
  text: string | null;
  warnings: string[];
}

/** A line of a transcript. */
export interface Segment {
  index: number;
  start: number;
  end: number;
  text: string;
}

/** An answer that is not 2xx. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId: string;
}

const POLL_MS = 150;
const PATIENCE_SECONDS = 150;

/** An account and the calls it makes, by `fetch` alone. */
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

  /** Sends a recording from a file. */
  async upload(path: string): Promise<Recording> {
    const form = new FormData();
    form.set('file', await openAsBlob(path), basename(path));
    return this.read<Recording>(await this.send('POST', '/api/v1/audio/upload', form));
  }

  /** Orders a transcript; as a rule one of its own, whatever was transcribed before. */
  async order(audioId: string, wish: object = { reuse: false }): Promise<Transcription> {
    const ordered = await this.json<Transcription>('POST', '/api/v1/transcriptions', { audioId, ...wish });
    this.accepted.add(ordered.id);
    return ordered;
  }

  /** Sends a recording and orders its transcript. */
  async transcribe(path: string): Promise<Transcription> {
    return this.order((await this.upload(path)).id);
  }

  async transcription(id: string): Promise<Transcription> {
    return this.json('GET', `/api/v1/transcriptions/${id}`);
  }

  async segments(id: string): Promise<Segment[]> {
    return (await this.json<{ data: Segment[] }>('GET', `/api/v1/transcriptions/${id}/segments?limit=100`)).data;
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
