import type { FastifyInstance } from 'fastify';
import { takesPageForm } from '#errors/http';
import { unsupported } from './content-types.js';

/** A token and a password. */
const MOST_BYTES = 10_000;

/** Reads what the forms of our own pages send, for the routes behind them alone: any other site's form could send the same. */
export function takePageForms(fastify: FastifyInstance): void {
  const options = { parseAs: 'string', bodyLimit: MOST_BYTES } as const;
  fastify.addContentTypeParser('application/x-www-form-urlencoded', options, (request, body: string, done) => {
    if (!takesPageForm(request)) throw unsupported('This route takes application/json. Set the Content-Type header accordingly.');
    done(null, Object.fromEntries(new URLSearchParams(body)));
  });
}
