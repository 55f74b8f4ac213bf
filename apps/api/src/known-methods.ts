import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors, FieldError } from '#errors';
import { errorAnswer } from '#errors/http';

/** The paths of one route pattern, and what they take. */
interface KnownPath {
  pattern: RegExp;
  methods: Set<string>;
}

/** Answers 405 with `Allow` where a path is known and its method is not (RFC 9110 §15.5.6). Call it before any route is made. */
export function refuseUnknownMethods(fastify: FastifyInstance): void {
  const known = new Map<string, KnownPath>();
  fastify.addHook('onRoute', ({ url, method }) => {
    if (url === '*') return; // the preflight's, which is everywhere
    const path = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const name of [method].flat()) path.methods.add(name);
    known.set(url, path);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const isPreflight = request.method === 'OPTIONS' && request.routeOptions.url === '*';
    const allow = request.is404 || isPreflight ? methodsOf(request, [...known.values()]) : [];
    if (allow.length > 0) refuse(request, reply, allow);
    else done();
  });
}

function methodsOf({ url }: FastifyRequest, known: KnownPath[]): string[] {
  const path = pathOf(url);
  const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap((found) => [...found.methods]);
  return [...new Set(methods)].sort();
}

/** Sent and not thrown: the preflight's route is older than the app's handling of errors. */
function refuse({ url, method, id }: FastifyRequest, reply: FastifyReply, allowed: string[]): void {
  const allow = allowed.join(', ');
  const advice = allowed.length === 1 ? 'Send it with this method.' : 'Send it with one of these methods.';
  const error = new FieldError(commonErrors.method_not_allowed, `${pathOf(url)} takes ${allow}, not ${method}. ${advice}`);
  const { status, headers, body } = errorAnswer(error, url, id);
  void reply
    .status(status)
    .headers({ allow, ...headers })
    .send(body);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** `/audio/:id` as an expression; `*` at the end stands for anything. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
