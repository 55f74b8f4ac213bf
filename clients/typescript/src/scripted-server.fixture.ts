import { Steno } from './steno.ts';
import type { StenoOptions } from './transport.ts';

/** A request as the server saw it. */
export interface Seen {
  method: string;
  /** Path and query. */
  path: string;
  headers: Headers;
  body: string;
  form: FormData | undefined;
  signal: AbortSignal;
}

export type Answer = (request: Seen) => Response | Promise<Response>;

export const ORIGIN = 'https://steno.example.com';

/** A server in place of the network: it answers by its script, one answer a request, and remembers what it was asked. */
export class ScriptedServer {
  readonly seen: Seen[] = [];
  private readonly script: Answer[];

  constructor(...script: Answer[]) {
    this.script = script;
  }

  /** A client of this server. */
  client(options: Partial<StenoOptions> = {}): Steno {
    return new Steno({
      baseUrl: ORIGIN,
      apiKey: 'stn_key',
      fetch: (input, init) => this.answer(input instanceof Request ? input.url : input.toString(), init),
      ...options,
    });
  }

  private async answer(url: string, init: RequestInit = {}): Promise<Response> {
    const { method = 'GET', body, headers, signal } = init;
    const request: Seen = {
      method,
      path: url.replace(ORIGIN, ''),
      headers: new Headers(headers),
      body: body instanceof Blob ? await body.text() : typeof body === 'string' ? body : '',
      form: body instanceof FormData ? body : undefined,
      signal: signal ?? new AbortController().signal,
    };
    this.seen.push(request);
    const next = this.script.shift();
    if (next === undefined) throw new Error(`Nobody expected ${method} ${request.path}.`);
    return next(request);
  }
}

/** An answer with JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** A problem document. */
export function problem(status: number, code: string, headers: Record<string, string> = {}, members: object = {}): Answer {
  return json({ status, code, detail: `This is ${code}.`, requestId: 'req_1', ...members }, status, headers);
}

/** What fetch does when the connection breaks. */
export function broken(): never {
  throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
}

/** Never answers; ends as fetch does when it is given up. */
export function silent({ signal }: Seen): Promise<Response> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** A stream of events that ends after these texts. */
export function stream(...pieces: string[]): Answer {
  return () =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
          controller.close();
        },
      }),
    );
}
