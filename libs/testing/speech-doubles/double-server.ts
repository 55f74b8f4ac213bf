import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Behaviour, type SpokenTranscript, spokenTranscript } from './behaviour.js';

/** A request, read whole. */
export interface DoubleRequest {
  /** Of the client: tells connections apart. */
  port: number | undefined;
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: Buffer<ArrayBuffer>;
}

/** An answer of a double. */
export interface DoubleAnswer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** A call that brings audio. */
export interface AudioCall {
  audio: Buffer;
  model: string;
  /** The fields of the form, or what stands for them in the JSON body. */
  fields: Record<string, string>;
  /** What is wrong with it by the vendor's own document. */
  problems: string[];
}

/** What makes a double of one vendor. */
export interface Vendor {
  /** The key sent along, whatever header it is in. */
  keyOf(headers: IncomingMessage['headers']): string | undefined;
  /** What a key is checked by. */
  modelsPath: string;
  models: unknown;
  /** Reads a call with audio; an answer for any other request of the vendor's API; undefined for what it does not have. */
  read(request: DoubleRequest): Promise<AudioCall | DoubleAnswer | undefined>;
  transcript(call: AudioCall, spoken: SpokenTranscript, seconds: number): unknown;
  refusal(behaviour: Behaviour, call?: AudioCall): DoubleAnswer | undefined;
  /** The body of a success that has the wrong types in it. */
  wrongTypes: unknown;
}

/** One call the double has seen. */
export interface RecordedCall {
  path: string;
  /** Of the client: tells connections apart. */
  port: number | undefined;
  model: string;
  fields: Record<string, string>;
  /** The key it came with. */
  key: string | undefined;
  /** Of the audio: the same chunk sent twice is billed twice. */
  sha256: string;
  seconds: number;
  problems: string[];
  behaviour: Behaviour;
  /** The client went away before its answer was complete. */
  abandoned: boolean;
  /** When it came, by `performance.now()`. */
  at: number;
}

/** A provider on the loopback. */
export interface SpeechDouble {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string;
  /** Calls with audio, in the order they came. */
  readonly calls: readonly RecordedCall[];
  /** Further requests of the API (uploads, polls, deletions), as `DELETE /v1beta/files/1`. */
  readonly otherRequests: readonly string[];
  /** The keys that were checked, in the order they came. */
  readonly keyChecks: readonly (string | undefined)[];
  /** The next calls are answered so, one each, before the standing behaviour holds again. */
  script(...behaviours: Behaviour[]): void;
  /** The standing behaviour; at first `{ mode: 'ok' }`. */
  always(behaviour: Behaviour): void;
  /** From now on it stands so many calls at once, and refuses more (429, Retry-After: 1). */
  stand(calls: number): void;
  /** The most calls that it had under way at once. */
  readonly mostAtOnce: number;
  /** From now on the only keys it takes. */
  accept(...keys: string[]): void;
  /** Forgets calls, keys, script, standing behaviour and how much it stands. */
  reset(): void;
  close(): Promise<void>;
}

/** The one key the doubles accept, unless they are told others. */
export const DOUBLE_KEY = 'sk-double-0123456789';
/** 44 bytes of header, then 16 000 samples of two bytes a second. */
const WAVE_HEADER_BYTES = 44;
const WAVE_BYTES_A_SECOND = 32_000;
const ENDLESS_BYTES = 20_000_000;
const HUGE_BYTES = 200_000_000;
const HUGE_PIECE = Buffer.alloc(1_000_000, ' ');
/** Long enough for a busy machine: a connection that is closed just when it is used again fails a request that nothing was wrong with. */
const KEEP_ALIVE_MS = 60_000;

/** Starts a double of a vendor on a free port, or on the one given. */
export async function startDouble(vendor: Vendor, port = 0): Promise<SpeechDouble> {
  const calls: RecordedCall[] = [];
  const otherRequests: string[] = [];
  let scripted: Behaviour[] = [];
  let standing: Behaviour = { mode: 'ok' };
  const keyChecks: (string | undefined)[] = [];
  let accepted = [DOUBLE_KEY];
  let stands = Infinity;
  let underWay = 0;
  let mostAtOnce = 0;
  const controls = {
    stand: (most: number) => void (stands = most),
    script: (...behaviours: Behaviour[]) => void scripted.push(...behaviours),
    always: (behaviour: Behaviour) => void (standing = behaviour),
    accept: (...keys: string[]) => void (accepted = keys),
    reset: () => {
      keyChecks.length = 0;
      accepted = [DOUBLE_KEY];
      calls.length = 0;
      otherRequests.length = 0;
      scripted = [];
      standing = { mode: 'ok' };
      stands = Infinity;
      mostAtOnce = 0;
    },
  };

  async function respond(request: DoubleRequest, response: ServerResponse): Promise<void> {
    if (request.url.pathname === '/__calls') return send(response, { status: 200, body: calls });
    if (request.url.pathname === '/__elsewhere') return void otherRequests.push('/__elsewhere');
    if (request.url.pathname === '/__script') return send(response, control(request));
    if (request.url.pathname === vendor.modelsPath && request.method === 'GET') return checkKey(request, response);
    const read = await vendor.read(request);
    if (read === undefined) return send(response, { status: 404, body: { error: { message: 'No such route', code: 404 } } });
    if (!('audio' in read)) {
      otherRequests.push(`${request.method} ${request.url.pathname}`);
      return send(response, read);
    }
    const call = record(request, read, scripted.shift() ?? standing);
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    response.on('close', () => {
      underWay -= 1;
      call.abandoned = !response.writableFinished && call.behaviour.mode !== 'hang_up';
    });
    if (underWay > stands) call.behaviour = { mode: 'rate_limited', retryAfter: '1' };
    if (!isAccepted(call.key)) call.behaviour = { mode: 'unauthorized' };
    else if (read.problems.length > 0) call.behaviour = { mode: 'bad_audio' };
    await perform(vendor, response, call.behaviour, () => transcriptOf(vendor, read, call), read);
  }

  async function checkKey({ headers }: DoubleRequest, response: ServerResponse): Promise<void> {
    const key = vendor.keyOf(headers);
    keyChecks.push(key);
    const behaviour = scripted.shift() ?? standing;
    await perform(vendor, response, isAccepted(key) ? behaviour : { mode: 'unauthorized' }, () => vendor.models);
  }

  function isAccepted(key: string | undefined): boolean {
    return key !== undefined && accepted.includes(key);
  }

  function control({ body }: DoubleRequest): DoubleAnswer {
    const order = JSON.parse(body.toString()) as { behaviours?: Behaviour[]; always?: Behaviour; reset?: boolean };
    if (order.reset === true) controls.reset();
    controls.script(...(order.behaviours ?? []));
    if (order.always !== undefined) controls.always(order.always);
    return { status: 200, body: { scripted, standing } };
  }

  function record(
    { url, headers, port: from }: DoubleRequest,
    { audio, model, fields, problems }: AudioCall,
    behaviour: Behaviour,
  ): RecordedCall {
    const call = {
      path: url.pathname,
      port: from,
      model,
      fields,
      key: vendor.keyOf(headers),
      sha256: createHash('sha256').update(audio).digest('hex'),
      seconds: Math.max(0, audio.length - WAVE_HEADER_BYTES) / WAVE_BYTES_A_SECOND,
      problems,
      behaviour,
      abandoned: false,
      at: performance.now(),
    };
    calls.push(call);
    return call;
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    receive(incoming)
      .then((request) => respond(request, response))
      .catch((error: unknown) => {
        if (response.headersSent || response.destroyed) return;
        send(response, { status: 500, body: { error: { message: `The double failed: ${String(error)}` } } });
      });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${bound}`, calls, otherRequests, keyChecks, ...controls },
    get mostAtOnce() {
      return mostAtOnce;
    },
    close: () => close(server),
  };
}

async function receive(incoming: IncomingMessage): Promise<DoubleRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
  return {
    method: incoming.method ?? 'GET',
    url,
    headers: incoming.headers,
    body: Buffer.concat(pieces),
    port: incoming.socket.remotePort,
  };
}

function transcriptOf(vendor: Vendor, read: AudioCall, { behaviour, seconds }: RecordedCall): unknown {
  const spoken = behaviour.heard ?? spokenTranscript(behaviour.mode === 'empty' ? 0 : seconds, behaviour.text);
  return vendor.transcript(read, spoken, seconds);
}

async function perform(
  vendor: Vendor,
  response: ServerResponse,
  behaviour: Behaviour,
  success: () => unknown,
  read?: AudioCall,
): Promise<void> {
  // A double that is closed in the meantime does not hold its process.
  if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs, undefined, { ref: false });
  const refusal = vendor.refusal(behaviour, read);
  if (refusal !== undefined) return send(response, refusal);
  const body = success();
  switch (behaviour.mode) {
    case 'hang':
      return;
    case 'hang_up':
      return void response.destroy();
    case 'cut_off':
      return half(response, JSON.stringify(body), () => response.destroy());
    case 'reset':
      return half(response, JSON.stringify(body), () => response.socket?.resetAndDestroy());
    case 'stall':
      return half(response, JSON.stringify(body), () => undefined);
    case 'redirect':
      return void response.writeHead(307, { location: '/__elsewhere' }).end();
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>');
    case 'wrong_shape':
      return send(response, { status: 200, body: {} });
    case 'wrong_types':
      return send(response, { status: 200, body: vendor.wrongTypes });
    case 'endless':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.alloc(ENDLESS_BYTES, ' '));
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json' });
      return pipeline(Readable.from(hugeAnswer()), response).catch(() => undefined);
    default:
      return send(response, { status: 200, headers: { 'x-request-id': 'req_double_1' }, body });
  }
}

/** Half of the promised bytes, and then whatever is done with the line. */
function half(response: ServerResponse, body: string, then: () => void): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) });
  response.write(body.slice(0, body.length / 2), then);
}

function* hugeAnswer(): Generator<Buffer> {
  for (let sent = 0; sent < HUGE_BYTES; sent += HUGE_PIECE.length) yield HUGE_PIECE;
}

function send(response: ServerResponse, { status, headers, body }: DoubleAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
