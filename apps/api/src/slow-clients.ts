import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors, FieldError } from '#errors';
import { takesBytes, takesForm } from '#errors/http';
import { hasBody } from './content-types.js';

/** How long a client may take to say what it wants. */
export interface Patience {
  /** For the request line and all headers. */
  headersMs: number;
  /** For a body, from the last header on. */
  bodyMs: number;
  /** Without a byte of a form. A form as a whole may take long: it carries a recording. */
  formSilenceMs: number;
  /** The rate below which a form is given up, over all the time it was waited for; counts once that is longer than a silence may be. */
  formBytesPerSecond: number;
  /** How often all that is looked at. */
  checkEveryMs: number;
}

export const PATIENCE: Patience = {
  headersMs: 5_000,
  bodyMs: 10_000,
  formSilenceMs: 30_000,
  formBytesPerSecond: 5_000,
  checkEveryMs: 1_000,
};

/** Gives up requests whose body arrives too slowly: 408, and the connection ends. Node itself looks after the headers. */
export function giveUpSlowBodies(fastify: FastifyInstance, patience: Patience): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    // Requests that `inject` makes up have no connection that could be slow.
    if (hasBody(request) && request.raw.socket instanceof Socket) {
      const forget =
        takesForm(request) || takesBytes(request)
          ? watchForm(request.raw, patience, (why) => giveUp(request, reply, why))
          : watchBody(request, reply, patience);
      reply.raw.once('close', forget);
    }
    done();
  });
}

function watchBody(request: FastifyRequest, reply: FastifyReply, { bodyMs }: Patience): () => void {
  const why = `The body did not arrive within ${seconds(bodyMs)}.`;
  const timer = setTimeout(() => giveUp(request, reply, why), bodyMs);
  return () => clearTimeout(timer);
}

/** A form that does not move because we do not read it (the object store is slow) is not the client's fault, and not counted. */
function watchForm(raw: IncomingMessage, patience: Patience, tooSlow: (why: string) => void): () => void {
  const { checkEveryMs, formSilenceMs, formBytesPerSecond } = patience;
  const start = raw.socket.bytesRead;
  let seen = start;
  let silentMs = 0;
  let waitedMs = 0;
  const timer = setInterval(() => {
    if (raw.complete) return clearInterval(timer);
    const { bytesRead } = raw.socket;
    const wasOurs = raw.readableLength > 0;
    silentMs = bytesRead > seen || wasOurs ? 0 : silentMs + checkEveryMs;
    if (!wasOurs) waitedMs += checkEveryMs;
    seen = bytesRead;
    if (silentMs >= formSilenceMs) tooSlow(`Nothing of the form arrived for ${seconds(formSilenceMs)}.`);
    else if (waitedMs >= formSilenceMs && ((seen - start) * 1_000) / waitedMs < formBytesPerSecond)
      tooSlow(`The form arrives at less than ${formBytesPerSecond} bytes a second.`);
  }, checkEveryMs);
  return () => clearInterval(timer);
}

function giveUp(request: FastifyRequest, reply: FastifyReply, why: string): void {
  if (request.raw.complete || reply.sent) return;
  const advice = 'Send the request again, faster or over a better connection.';
  void reply.header('connection', 'close').send(new FieldError(commonErrors.request_timeout, `${why} ${advice}`));
}

function seconds(ms: number): string {
  return `${ms / 1_000} seconds`;
}
