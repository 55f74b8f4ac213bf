import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';
import { FieldError } from '#errors';
import { limitedBody } from './limited-body.js';
import { OutgoingLine, type OutgoingMessage, type OutgoingReply } from './outgoing-line.js';
import type { OutgoingLimits, OutgoingScheme } from './outgoing-limits.js';
import { outgoingErrors } from './outgoing.errors.js';
import { answerFailure, refusedStatus, tooLarge, tooSlow } from './outgoing-failure.js';
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
    const line = this.line(address, limits);
    try {
      return await line.post(message, signal);
    } finally {
      await line.close();
    }
  }

  /**
   * A way to an address for many messages, each sent as by `post`.
   * @throws FieldError address_invalid, port_refused, host_not_public
   */
  line(address: string, limits: Omit<OutgoingLimits, 'redirects'>): OutgoingLine {
    const url = this.targets.read(address, limits.schemes);
    return new OutgoingLine(
      url,
      limits,
      HEADERS,
      async (signal) => new Pool(url.origin, await this.options(url, limits, signal)),
    );
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

  private async exchange(url: URL, limits: OutgoingLimits, signal: AbortSignal): Promise<Exchange> {
    const client = new Client(url.origin, await this.options(url, limits, signal));
    try {
      const path = url.pathname + url.search;
      return { client, response: await client.request({ method: 'GET', path, headers: HEADERS, signal }) };
    } catch (error) {
      await client.destroy();
      throw signal.aborted ? error : answerFailure(url, error);
    }
  }

  /** Of connections that lead to what was judged. */
  private async options(
    url: URL,
    limits: Omit<OutgoingLimits, 'redirects'>,
    signal: AbortSignal,
  ): Promise<Omit<Client.Options, 'connect'> & { connect: buildConnector.BuildOptions }> {
    const addresses = await within(this.targets.addressesOf(url), url, limits.connectSeconds, signal);
    return {
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
    };
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
