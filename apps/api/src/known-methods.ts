import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors, FieldError } from '#errors';

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
    if (request.is404 || request.method === 'OPTIONS') refuseIfKnown(request, reply, [...known.values()]);
    done();
  });
}

function refuseIfKnown(request: FastifyRequest, reply: FastifyReply, known: KnownPath[]): void {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap((found) => [...found.methods]));
  if (methods.size === 0) return;
  const allow = [...methods].sort().join(', ');
  void reply.header('allow', allow);
  const advice = methods.size === 1 ? 'Send it with this method.' : 'Send it with one of these methods.';
  throw new FieldError(commonErrors.method_not_allowed, `${path} takes ${allow}, not ${request.method}. ${advice}`);
}

/** `/audio/:id` as an expression; `*` at the end stands for anything. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source}$`);
}
