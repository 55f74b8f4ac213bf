import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Client, type Dispatcher } from 'undici';
import { FieldError } from '#errors';
import { limitedBody } from './limited-body.js';
import type { OutgoingLimits, OutgoingScheme } from './outgoing-limits.js';
import { outgoingErrors } from './outgoing.errors.js';
import { answerFailure, noAnswer, refusedStatus, secondsOf, tooLarge, tooSlow } from './outgoing-failure.js';
import { hostOf, Targets } from './targets.js';

/** An answer with a good status. */
export interface OutgoingAnswer {
  /** Size of the body, when the host says it beforehand. */
  bytes: number | null;
  /**
   * Ends after the whole body, fails with a FieldError of `outgoingErrors` otherwise. Read it to its end or destroy it: it holds a
   * connection.
   */
  body: Readable;
}

/** Enough for the cookies of any host. */
const MAX_HEADER_BYTES = 16_384;
/** Before the next of several addresses is tried; Node's own 250 ms are less than a way around the world takes. */
const NEXT_ADDRESS_MS = 2_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Asks for the bytes as they are: what is compressed can be a thousand times larger than it looks. */
const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Steno' };

/** What is sent to an address. */
export interface OutgoingMessage {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What the host said to a message, whatever its status. */
export interface OutgoingReply {
  status: number;
  /** When the host wants to be asked again, if it said so. */
  retryAfterSeconds?: number;
  /** The beginning of its body, for people; of a body that broke off what came of it. */
  text: string;
}

interface Request extends Partial<OutgoingMessage> {
  method: 'GET' | 'POST';
}

/** A connection and what came over it. */
interface Exchange {
  client: Client;
  response: Dispatcher.ResponseData;
}

/** The one way to fetch from addresses that users give. It reaches the public internet, and of inner hosts those the operator named. */
@Injectable()
export class OutgoingClient {
  constructor(private readonly targets: Targets) {}

  /**
   * Judges an address when it is given, as far as that can be done without its name being looked up; `get` judges it again.
   * @returns the address as it was read
   * @throws FieldError address_invalid, port_refused, host_not_public
   */
  check(address: string, schemes: readonly OutgoingScheme[]): URL {
    return this.targets.read(address, schemes);
  }

  /**
   * Fetches what lies at an address.
   * @param signal ends the call; its reason is thrown as it is
   * @throws FieldError of `outgoingErrors`
   */
  async get(address: string, limits: OutgoingLimits, signal: AbortSignal): Promise<OutgoingAnswer> {
    const first = this.targets.read(address, limits.schemes);
    const slow = AbortSignal.timeout(limits.totalSeconds * 1_000);
    const ends = AbortSignal.any([signal, slow]);
    try {
      const { client, response } = await this.follow(first, limits, ends);
      return { bytes: bytesOf(response.headers), body: limitedBody(client, response.body, first, limits, { signal, slow }) };
    } catch (error) {
      signal.throwIfAborted();
      throw slow.aborted ? tooSlow(first, limits.totalSeconds) : error;
    }
  }

  /**
   * Sends a message to an address. A redirect is an answer like another one: it is not followed.
   * @param limits of the answer's body `maxBytes` are read, and the rest is left
   * @param signal ends the call; its reason is thrown as it is
   * @throws FieldError of `outgoingErrors` when there was no answer
   */
  async post(
    address: string,
    message: OutgoingMessage,
    limits: Omit<OutgoingLimits, 'redirects'>,
    signal: AbortSignal,
  ): Promise<OutgoingReply> {
    const url = this.targets.read(address, limits.schemes);
    const slow = AbortSignal.timeout(limits.totalSeconds * 1_000);
    const ends = AbortSignal.any([signal, slow]);
    try {
      const { client, response } = await this.exchange(url, limits, ends, { method: 'POST', ...message });
      try {
        const { statusCode: status, headers } = response;
        const retryAfterSeconds = secondsOf(headers['retry-after']);
        const text = await beginningOf(response.body, limits.maxBytes);
        signal.throwIfAborted();
        return { status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }), text };
      } finally {
        await client.destroy();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw slow.aborted ? noAnswer(url, limits.totalSeconds) : error;
    }
  }

  /** The last hop's exchange. */
  private async follow(first: URL, limits: OutgoingLimits, signal: AbortSignal): Promise<Exchange> {
    let url = first;
    for (let left = limits.redirects; ; left -= 1) {
      const exchange = await this.exchange(url, limits, signal).catch((error: unknown) => {
        throw url !== first && isHostNotPublic(error) ? redirectRefused(first, error) : error;
      });
      try {
        const { statusCode, headers } = exchange.response;
        if (!REDIRECTS.has(statusCode)) {
          refuseUnusable(first, exchange.response, limits.maxBytes);
          return exchange;
        }
        if (left === 0) throw redirectRefused(first);
        url = this.nextHop(url, first, headers.location, limits.schemes);
      } catch (error) {
        await exchange.client.destroy();
        throw error;
      }
      await exchange.client.destroy();
    }
  }

  private async exchange(
    url: URL,
    limits: Omit<OutgoingLimits, 'redirects'>,
    signal: AbortSignal,
    { method, headers, body }: Request = { method: 'GET' },
  ): Promise<Exchange> {
    const addresses = await within(this.targets.addressesOf(url), url, limits.connectSeconds, signal);
    const client = new Client(url.origin, {
      connect: {
        lookup: pinned(addresses),
        timeout: limits.connectSeconds * 1_000,
        autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
        // Said aloud, so that no environment variable turns it off.
        rejectUnauthorized: true,
      },
      headersTimeout: limits.idleSeconds * 1_000,
      bodyTimeout: limits.idleSeconds * 1_000,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    try {
      const path = url.pathname + url.search;
      return {
        client,
        response: await client.request({ method, path, headers: { ...HEADERS, ...headers }, body: body ?? null, signal }),
      };
    } catch (error) {
      await client.destroy();
      throw signal.aborted ? error : answerFailure(url, error);
    }
  }

  /** Where a redirect leads, judged anew; never from TLS to plain text. */
  private nextHop(url: URL, first: URL, location: string | string[] | undefined, schemes: readonly OutgoingScheme[]): URL {
    if (typeof location !== 'string' || !URL.canParse(location, url.href)) throw redirectRefused(first);
    try {
      return this.targets.read(new URL(location, url.href).href, url.protocol === 'https:' ? ['https'] : schemes);
    } catch (error) {
      throw redirectRefused(first, error);
    }
  }
}

/** Gives a connection the addresses that were judged; the name is not asked for again. */
function pinned(addresses: LookupAddress[]): LookupFunction {
  return (_name, { all }, callback) => {
    const [first] = addresses;
    if (first === undefined || all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
}

/** Looking up a name cannot be stopped; it is left alone after a while. */
async function within<T>(work: Promise<T>, url: URL, seconds: number, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const late = sleep(seconds * 1_000, undefined, { signal: AbortSignal.any([signal, done.signal]) }).then(() => {
    throw new FieldError(
      outgoingErrors.host_unreachable,
      `The name ${hostOf(url)} could not be looked up within ${seconds} seconds. Try again.`,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

/** What comes of a body until there is enough of it, or it breaks off: what matters the host has said in its status. */
async function beginningOf(body: Readable, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  const text = (): string => Buffer.concat(pieces).subarray(0, maxBytes).toString();
  let bytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    return text();
  }
  return text();
}

/** @throws FieldError when there is nothing in the answer that could be read */
function refuseUnusable(url: URL, { statusCode, headers }: Dispatcher.ResponseData, maxBytes: number): void {
  if (statusCode < 200 || statusCode > 299) throw refusedStatus(url, statusCode, headers['retry-after']);
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new FieldError(
      outgoingErrors.answer_not_understood,
      `${url.hostname} sent its answer compressed though it was asked not to. Give an address that serves the file as it is.`,
    );
  }
  if ((bytesOf(headers) ?? 0) > maxBytes) throw tooLarge(url, maxBytes);
}

function bytesOf(headers: Dispatcher.ResponseData['headers']): number | null {
  const length = headers['content-length'];
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function isHostNotPublic(error: unknown): boolean {
  return error instanceof FieldError && error.code === outgoingErrors.host_not_public.code;
}

function redirectRefused(url: URL, cause?: unknown): FieldError {
  return new FieldError(
    outgoingErrors.redirect_refused,
    `${url.hostname} redirects to another address that is not followed. Give the address of the file itself.`,
    { cause },
  );
}
