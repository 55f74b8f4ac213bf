import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Finish, LanguageBehaviour, LanguageCall, LanguageVendor, PlainAnswer } from './language-behaviour.js';

/** The one key the doubles accept. */
export const LANGUAGE_DOUBLE_KEY = 'sk-language-double-0123456789';
const ENDLESS_BYTES = 17_000_000;
const COUNTING = 'one two three four five six';
/** Long enough for a busy machine: a connection that is closed just when it is used again fails a request that nothing was wrong with. */
const KEEP_ALIVE_MS = 60_000;

/** One call the double has seen. */
export interface RecordedLanguageCall extends LanguageCall {
  key: string | undefined;
  /** The client went away before its answer was complete. */
  abandoned: boolean;
}

/** A provider of language models on the loopback. */
export interface LanguageDouble {
  /** `http://127.0.0.1:port`, without a path. */
  readonly url: string;
  readonly calls: readonly RecordedLanguageCall[];
  /** The next calls are answered so, one each; all others with `ok`. */
  script(...behaviours: LanguageBehaviour[]): void;
  /** Forgets calls and script. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a double of a vendor on a free port. */
export async function startLanguageDouble(vendor: LanguageVendor): Promise<LanguageDouble> {
  const calls: RecordedLanguageCall[] = [];
  let scripted: LanguageBehaviour[] = [];

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const read = vendor.read(incoming.url ?? '/', Buffer.concat(pieces).toString());
    if (read === undefined) return send(response, { status: 404, body: { error: { message: 'No such route', code: 404 } } });
    if (!('streamed' in read)) return send(response, read);
    const call = { ...read, key: vendor.keyOf(incoming.headers), abandoned: false };
    calls.push(call);
    const behaviour = scripted.shift() ?? { mode: 'ok' };
    response.on('close', () => (call.abandoned = !response.writableFinished && behaviour.mode !== 'hang_up'));
    perform(vendor, response, call, call.key === LANGUAGE_DOUBLE_KEY ? behaviour : { mode: 'unauthorized' });
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    respond(incoming, response).catch((error: unknown) => {
      if (!response.headersSent)
        send(response, { status: 500, body: { error: { message: `The double failed: ${String(error)}` } } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    script: (...behaviours) => void scripted.push(...behaviours),
    reset: () => {
      calls.length = 0;
      scripted = [];
    },
    close: () => close(server),
  };
}

function perform(vendor: LanguageVendor, response: ServerResponse, call: LanguageCall, behaviour: LanguageBehaviour): void {
  const refusal = vendor.refusal(behaviour);
  if (refusal !== undefined) return send(response, refusal);
  switch (behaviour.mode) {
    case 'hang':
      return;
    case 'hang_up':
      return void response.destroy();
    case 'redirect':
      return void response.writeHead(307, { location: '/__elsewhere' }).end();
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>');
    case 'empty':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end();
    case 'wrong_shape':
      return send(response, { status: 200, body: {} });
    case 'error_in_band':
      return errorInBand(vendor, response, call);
    case 'endless':
      return endless(response, call);
    default:
      return write(response, call, behaviour, bodyOf(vendor, call, behaviour));
  }
}

/** What the model writes, as the bytes of a stream or of a JSON body. */
function bodyOf(vendor: LanguageVendor, call: LanguageCall, { mode, text = COUNTING, withoutUsage }: LanguageBehaviour): string {
  const finish: Finish | undefined = mode === 'no_end' ? undefined : mode === 'truncated' || mode === 'blocked' ? mode : 'stop';
  const withUsage = withoutUsage !== true;
  // DeepSeek sends blank lines while it thinks, OpenRouter comments.
  const pause = mode === 'keep_alives' ? '\n\n: keep-alive\n\n' : '';
  if (!call.streamed)
    return (mode === 'keep_alives' ? '\n\n\n' : '') + JSON.stringify(vendor.whole(call, text, finish, withUsage));
  const pieces = text.split(/(?= )/);
  return vendor
    .messages(call, pieces, finish, withUsage)
    .map((message) => `${pause}data: ${message}\n\n`)
    .join('');
}

/** Writes a body in two halves, or only the first of them. */
function write(response: ServerResponse, call: LanguageCall, { mode }: LanguageBehaviour, body: string): void {
  const bytes = Buffer.from(body);
  const half = Math.floor(bytes.length / 2);
  const type = call.streamed ? { 'content-type': 'text/event-stream; charset=utf-8' } : { 'content-type': 'application/json' };
  response.writeHead(200, { ...type, 'x-request-id': 'req_double_1', 'content-length': String(bytes.length) });
  if (mode === 'stalled') return void response.write(bytes.subarray(0, half));
  if (mode === 'cut_off') return void response.write(bytes.subarray(0, half), () => response.destroy());
  response.write(bytes.subarray(0, half), () => response.end(bytes.subarray(half)));
}

function errorInBand(vendor: LanguageVendor, response: ServerResponse, call: LanguageCall): void {
  if (!call.streamed) return send(response, { status: 200, body: vendor.errorInBand });
  const begun = vendor.messages(call, ['one', ' two'], undefined, false).map((message) => `data: ${message}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${begun.join('')}data: ${JSON.stringify(vendor.errorInBand)}\n\n`);
}

function endless(response: ServerResponse, { streamed }: LanguageCall): void {
  const type = streamed ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type }).end(Buffer.alloc(ENDLESS_BYTES, ' '));
}

function send(response: ServerResponse, { status, headers, body }: PlainAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
