import { Injectable } from '@nestjs/common';
import type { DeliveryAttempt } from '#database';
import { FieldError } from '#errors';
import { OutgoingClient, type OutgoingLimits, type OutgoingLine } from '#outgoing';
import type { Message } from '../messages.js';
import { WEBHOOK_SCHEMES } from '../webhooks.service.js';

/** What an endpoint made of a message. */
export interface SendOutcome {
  result: 'delivered' | 'failed' | 'gone';
  attempt: DeliveryAttempt;
  retryAfterSeconds?: number;
}

const GONE = 410;
/** Of an answer: enough to see in the list of deliveries what was wrong. */
const RESPONSE_BYTES = 1_000;

/** Hands messages to endpoints. */
@Injectable()
export class WebhookSender {
  protected readonly limits: Omit<OutgoingLimits, 'redirects'> = {
    schemes: WEBHOOK_SCHEMES,
    connectSeconds: 10,
    idleSeconds: 15,
    totalSeconds: 15,
    maxBytes: RESPONSE_BYTES,
  };

  constructor(private readonly outgoing: OutgoingClient) {}

  /** The way to an endpoint, for all that is sent to it at one go. Close it. */
  to(url: string): EndpointLine {
    return new EndpointLine(() => this.outgoing.line(url, this.limits));
  }
}

/** The way to one endpoint. */
export class EndpointLine {
  private line?: OutgoingLine;

  constructor(private readonly open: () => OutgoingLine) {}

  /**
   * Sends a message. An endpoint that refuses it, or is not there, is an outcome and no error.
   * @param signal its reason is thrown as it is
   */
  async send(message: Message, signal: AbortSignal): Promise<SendOutcome> {
    const at = new Date().toISOString();
    const started = performance.now();
    const attempt = (given: Pick<DeliveryAttempt, 'status' | 'error' | 'response'>): DeliveryAttempt => ({
      at,
      milliseconds: Math.round(performance.now() - started),
      ...given,
    });
    try {
      this.line ??= this.open();
      const { status, retryAfterSeconds, text } = await this.line.post(message, signal);
      if (status >= 200 && status <= 299)
        return { result: 'delivered', attempt: attempt({ status, error: null, response: text }) };
      return {
        result: status === GONE ? 'gone' : 'failed',
        attempt: attempt({ status, error: sentenceOf(status), response: text }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FieldError)) throw error;
      return { result: 'failed', attempt: attempt({ status: null, error: error.message, response: '' }) };
    }
  }

  async close(): Promise<void> {
    await this.line?.close();
  }
}

function sentenceOf(status: number): string {
  if (status >= 300 && status <= 399) return `The endpoint answered ${status}. Redirects are not followed.`;
  return `The endpoint answered ${status}.`;
}
