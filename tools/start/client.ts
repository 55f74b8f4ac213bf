import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';

export interface Transcription {
  id: string;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'cancelled';
  stage: string | null;
  /** 0 to 100 */
  progress: number;
  durationSeconds: number | null;
  engine: { provider: string; model: string; lowAccuracy: boolean } | null;
  error?: { code: string; detail: string } | null;
}

export interface Segment {
  /** Seconds from the beginning of the recording. */
  start: number;
  end: number;
  speaker: string | null;
  text: string;
}

export interface Account {
  email: string;
  password: string;
}

interface Page<Row> {
  data: Row[];
  page: number;
  totalPages: number;
}

interface Problem {
  status: number;
  code?: string;
  detail?: string;
}

const PAGE_SIZE = 100;
const MOST_WAITS = 10;

/** An answer that is not 2xx, with the sentence of its problem document. */
export class ApiRefusal extends Refusal {
  readonly status: number;
  readonly code: string | undefined;

  constructor(request: string, { status, code, detail }: Problem) {
    super(`${request} was refused (${status}): ${detail ?? 'no reason given.'}`);
    this.status = status;
    this.code = code;
  }
}

/** The REST calls of the demonstration: what any client of Steno would send, by `fetch` alone. */
export class Client {
  private readonly base: string;
  private readonly signal: AbortSignal;
  private account: Account | undefined;
  private accessToken: string | undefined;

  /** @param origin such as http://127.0.0.1:3000 */
  constructor(origin: string, signal: AbortSignal) {
    this.base = `${origin}/api/v1/`;
    this.signal = signal;
  }

  /** Registers the account, or signs in to it when it is there already. */
  async enter(account: Account, name: string): Promise<void> {
    this.account = account;
    try {
      const registered = await this.send<{ accessToken?: string }>('POST', 'auth/register', { json: { ...account, name } });
      // Where addresses must be verified first, register signs nobody in, and does not tell whether the account was there before.
      if (registered.accessToken === undefined) await this.signIn();
      else this.accessToken = registered.accessToken;
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.code !== 'email_taken') throw error;
      await this.signIn();
    }
  }

  /** @returns the id of the stored recording */
  async upload(path: string): Promise<string> {
    const form = new FormData();
    form.set('file', await openAsBlob(path), basename(path));
    return (await this.send<{ id: string }>('POST', 'audio/upload', { form })).id;
  }

  async orderTranscription(audioId: string): Promise<Transcription> {
    // A start shows that the machine can do the work now, not that it once could.
    return this.send('POST', 'transcriptions', { json: { audioId, reuse: false } });
  }

  async transcription(id: string): Promise<Transcription> {
    return this.send('GET', `transcriptions/${id}`);
  }

  /** All segments, in their order. */
  async *segments(id: string): AsyncGenerator<Segment> {
    for (let page = 1, last = 1; page <= last; page += 1) {
      const answer = await this.send<Page<Segment>>('GET', `transcriptions/${id}/segments?limit=${PAGE_SIZE}&page=${page}`);
      yield* answer.data;
      last = answer.totalPages;
    }
  }

  private async signIn(): Promise<void> {
    this.accessToken = undefined;
    const { accessToken } = await this.send<{ accessToken: string }>('POST', 'auth/login', { json: this.account });
    this.accessToken = accessToken;
  }

  /** Sends a request; waits as told when there were too many, and signs in anew when the token has run out. */
  private async send<Answer>(method: string, path: string, body: { json?: unknown; form?: FormData } = {}): Promise<Answer> {
    let renewed = false;
    for (let waits = 0; ;) {
      const response = await this.fetch(method, path, body);
      if (response.ok) return (await response.json()) as Answer;
      const refusal = new ApiRefusal(`${method} /api/v1/${path.split('?')[0]}`, await readProblem(response));
      if (response.status === 429 && waits < MOST_WAITS) {
        waits += 1;
        await sleep(1_000 * Math.min(60, Number(response.headers.get('retry-after')) || 1), undefined, { signal: this.signal });
      } else if (response.status === 401 && this.accessToken !== undefined && !renewed) {
        renewed = true;
        await this.signIn();
      } else {
        throw refusal;
      }
    }
  }

  private async fetch(method: string, path: string, { json, form }: { json?: unknown; form?: FormData }): Promise<Response> {
    const headers = new Headers({ accept: 'application/json' });
    if (this.accessToken !== undefined) headers.set('authorization', `Bearer ${this.accessToken}`);
    if (json !== undefined) headers.set('content-type', 'application/json');
    try {
      const body = form ?? (json === undefined ? null : JSON.stringify(json));
      return await fetch(this.base + path, { method, headers, body, signal: this.signal });
    } catch (error) {
      this.signal.throwIfAborted();
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Refusal(`The API at ${this.base} broke off while it answered ${method} ${path}: ${reason}.`, { cause: error });
    }
  }
}

async function readProblem(response: Response): Promise<Problem> {
  const body = await response.text();
  try {
    const problem = JSON.parse(body) as Partial<Problem>;
    return { ...problem, status: response.status };
  } catch {
    return { status: response.status, detail: body.slice(0, 200) || response.statusText };
  }
}
