import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FieldError } from '#errors';
import { errorAnswer } from '#errors/http';
import { answerOf } from '../answers/answer.js';
import { deltaEvent, EVENT_STREAM, eventOf, lastEvents } from '../answers/event-stream.js';
import type { Heard } from '../answers/heard.js';
import type { SpeechOrder } from '../speech-order.js';

/** A request may wait for its transcript longer than connections may be silent elsewhere. */
const LONGEST_SILENCE_MS = 600_000;

/** A stream of events that was asked for; it begins with the first news, so that what is wrong before that has its status. */
export interface SpeechStream {
  heard: (textSoFar: string) => void;
  end: (heard: Heard) => void;
}

/** Answers one request for a transcript, and knows when nobody waits for it any more. */
export class SpeechReply {
  private readonly gone = new AbortController();
  private events?: PassThrough;
  private told = '';

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    const { raw } = reply;
    raw.once('close', () => {
      if (!raw.writableFinished) this.gone.abort(new ClientGone());
    });
    if (raw.destroyed) this.gone.abort(new ClientGone());
    raw.setTimeout(LONGEST_SILENCE_MS, () => raw.destroy());
  }

  /** Fires when the client has gone. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  async send(heard: Heard, order: SpeechOrder): Promise<void> {
    const { contentType, body } = await answerOf(heard, order);
    void this.reply.headers({ ...engineOf(heard), 'content-type': contentType }).send(body);
  }

  stream(order: SpeechOrder): SpeechStream {
    return {
      heard: (textSoFar) => {
        if (!textSoFar.startsWith(this.told) || textSoFar === this.told) return;
        this.begun({}).write(deltaEvent(textSoFar.slice(this.told.length)));
        this.told = textSoFar;
      },
      end: (heard) => {
        const events = this.begun(engineOf(heard));
        for (const event of lastEvents(heard, order, this.told)) events.write(event);
        events.end();
      },
    };
  }

  /** Says what went wrong: in the stream, once that has begun. */
  fail(error: unknown): void {
    if (this.signal.aborted) return void this.reply.raw.destroy();
    if (this.events === undefined) throw error;
    const known =
      error instanceof FieldError
        ? errorAnswer(error, this.request.url, '').body
        : { error: { message: 'The transcription failed.' } };
    this.events.end(eventOf(known));
  }

  private begun(headers: Record<string, string>): PassThrough {
    if (this.events !== undefined) return this.events;
    this.events = new PassThrough();
    void this.reply.headers({ ...EVENT_STREAM, ...headers }).send(this.events);
    return this.events;
  }
}

/** Nobody waits for the answer any more; nothing went wrong. */
class ClientGone extends Error {
  constructor() {
    super('The client closed the connection.');
  }
}

function engineOf({ provider, model }: Heard): Record<string, string> {
  return { 'x-steno-engine': `${provider}/${model}` };
}
