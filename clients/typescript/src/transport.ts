import { ApiError, ConnectionError, StenoError } from './errors.ts';
import { KEYED_ROUTES } from './generated/facts.ts';
import { pause } from './pause.ts';
import { delayBefore, readRetryAfter } from './retries.ts';
import type { Problem } from './models.ts';
import type { AnswerOf, Method, Operation, PathWith, Wanted } from './operation.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_RETRIES = 4;
const CHARACTERS_OF_PAGE = 200;

export interface StenoOptions {
  /** Where the server is, such as https://steno.example.com. */
  baseUrl: string;
  /** A key of the workspace (`stn_…`), from POST /api/v1/api-keys. */
  apiKey?: string;
  /** In place of a key: the access token of a person who is signed in. */
  accessToken?: string;
  /** The workspace to work in, for a person who has several; a key works in its own. */
  workspaceId?: string;
  /** Milliseconds for one request and its answer; 60 000 when left out. What sends or reads files gets more by their size. */
  timeoutMs?: number;
  /** How often a request that failed for a passing reason is sent again; 4 when left out. */
  retries?: number;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

/** What every request takes. */
export interface RequestOptions {
  /** Ends the request when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one try, in place of the client's. */
  timeoutMs?: number | undefined;
  /** In place of the client's. */
  retries?: number | undefined;
  /** One of your own for what is created, to be safe also across crashes of your program. Left out: one is made for each call. */
  idempotencyKey?: string | undefined;
}

/** A request as it goes out. */
export interface Outgoing extends RequestOptions {
  method: string;
  /** A path of the server, or a whole address. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Blob | FormData;
  /** Whether it goes without the credentials, for addresses that are signed. */
  anonymous?: boolean;
  /** Whether it has no second effect when it is sent again. */
  repeatable: boolean;
}

/** Sends requests: credentials, time limits, retries, errors. All else in this client goes through it. */
export class Transport {
  private readonly options: StenoOptions;
  private readonly base: string;

  constructor(options: StenoOptions) {
    this.options = options;
    this.base = options.baseUrl.replace(/\/+$/, '');
  }

  /** Milliseconds that a request with so many bytes gets: what any request gets, and time for a slow line of 64 KiB a second. */
  timeFor(bytes: number): number {
    return (this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS) + (bytes / 65_536) * 1_000;
  }

  /**
   * Calls a route of the API by its method and path as in the OpenAPI document.
   * @throws ApiError, ConnectionError
   */
  async call<M extends Method, Path extends PathWith<M>>(
    method: M,
    path: Path,
    wanted: Wanted<Operation<M, Path>>,
    options: RequestOptions & { repeatable?: boolean } = {},
  ): Promise<AnswerOf<Operation<M, Path>>> {
    const { body, path: parameters, query } = wanted as { body?: object; path?: object; query?: object };
    const request = this.toRoute(method, path, { parameters, query, ...options });
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { ...request.headers, 'content-type': 'application/json' };
    }
    return (await this.send(request, readJson)) as AnswerOf<Operation<M, Path>>;
  }

  /** A request to a route, with the key that keeps it from taking effect twice. */
  toRoute(
    method: Method,
    path: string,
    {
      parameters = {},
      query = {},
      repeatable,
      ...options
    }: RequestOptions & { parameters?: object | undefined; query?: object | undefined; repeatable?: boolean },
  ): Outgoing {
    const isKeyed = KEYED_ROUTES.has(`${method.toUpperCase()} ${path}`);
    const idempotencyKey = isKeyed ? (options.idempotencyKey ?? newKey()) : undefined;
    return {
      ...options,
      method: method.toUpperCase(),
      target: fill(path, parameters) + toQuery(query),
      idempotencyKey,
      repeatable: repeatable ?? (isKeyed || method !== 'post'),
    };
  }

  /**
   * Sends a request until it is answered or there is no point in trying.
   * @param read takes what is wanted from a good answer, within the time of the request
   * @throws ApiError, ConnectionError; the signal's reason when it is aborted
   */
  async send<Answer>(request: Outgoing, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const most = request.retries ?? this.options.retries ?? DEFAULT_RETRIES;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await this.attempt(request, read);
      } catch (error) {
        // The first try removed it and its answer was lost.
        if (attempts > 1 && request.method === 'DELETE' && error instanceof ApiError && error.status === 404)
          return undefined as Answer;
        const made = madeBefore(error);
        if (made !== undefined) return this.send({ ...plain(request), method: 'GET', target: made, repeatable: true }, read);
        const delay = attempts > most ? undefined : delayBefore(error, attempts, request.repeatable);
        if (error instanceof StenoError) error.idempotencyKey = request.idempotencyKey;
        if (delay === undefined) throw error;
        await pause(delay, request.signal);
      }
    }
  }

  private async attempt<Answer>(request: Outgoing, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const { method, target, body, signal, timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS } = request;
    signal?.throwIfAborted();
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), timeoutMs);
    const url = target.startsWith('/') ? this.base + target : target;
    try {
      const response = await (this.options.fetch ?? fetch)(url, {
        method,
        headers: this.headersOf(request),
        signal: signal === undefined ? clock.signal : AbortSignal.any([signal, clock.signal]),
        ...(body === undefined ? {} : { body }),
      });
      if (!response.ok) throw await readProblem(response);
      return await read(response);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StenoError) throw error;
      throw toConnectionError(error, `${method} ${url.split('?')[0] ?? ''}`, clock.signal.aborted ? timeoutMs : undefined);
    } finally {
      clearTimeout(timer);
    }
  }

  private headersOf({ headers, anonymous = false, idempotencyKey }: Outgoing): Record<string, string> {
    const { apiKey, accessToken, workspaceId } = this.options;
    const token = apiKey ?? accessToken;
    return {
      ...(anonymous || token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(anonymous || workspaceId === undefined ? {} : { 'x-workspace-id': workspaceId }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...headers,
    };
  }
}

/** Also where there is no secure context, so no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fill(path: string, parameters: object): string {
  const values = new Map(Object.entries(parameters));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
}

function toQuery(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

async function readJson(response: Response): Promise<unknown> {
  return response.status === 204 ? undefined : response.json();
}

async function readProblem(response: Response): Promise<ApiError> {
  const retryAfter = readRetryAfter(response.headers.get('retry-after'));
  const text = await response.text();
  return new ApiError(response.status, toProblem(text), retryAfter);
}

function toProblem(text: string): Partial<Problem> & Record<string, unknown> {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null) return { ...problem };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return text === '' ? {} : { detail: text.slice(0, CHARACTERS_OF_PAGE) };
}

/** Where that is which an earlier try made, whose answer the server lost in a crash. */
function madeBefore(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.code !== 'idempotency_answer_lost') return undefined;
  const { location } = error.problem;
  return typeof location === 'string' && location.startsWith('/') ? location : undefined;
}

/** The same request without anything that is only for the first. */
function plain({ signal, timeoutMs, retries }: Outgoing): RequestOptions {
  return { signal, timeoutMs, retries };
}

function toConnectionError(error: unknown, request: string, timeoutMs: number | undefined): ConnectionError {
  if (timeoutMs !== undefined)
    return new ConnectionError(`${request} was not answered within ${Math.round(timeoutMs / 1_000)} s.`, {
      timedOut: true,
      cause: error,
    });
  return new ConnectionError(`${request} was not answered: ${reasonOf(error)}.`, { cause: error });
}

/** What the innermost cause says: fetch says only that it failed. Not by `instanceof`, for errors may come from another realm. */
function reasonOf(error: unknown): string {
  const { cause, message, code } = (error ?? {}) as { cause?: unknown; message?: string; code?: string };
  return cause === undefined ? message || code || String(error) : reasonOf(cause);
}
