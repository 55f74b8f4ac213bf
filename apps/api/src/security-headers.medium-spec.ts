import helmet from '@fastify/helmet';
import { expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { SECURITY_HEADERS } from './security-headers.js';

it('are those of helmet', async () => {
  const app = fastify();
  const none = ["'none'"];
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: none, baseUri: none, formAction: none, frameAncestors: none },
    },
    xFrameOptions: { action: 'deny' },
  });
  app.get('/', (_request, reply) => reply.send());
  const { headers } = await app.inject('/');
  expect(headers).toMatchObject(SECURITY_HEADERS);
  const own = new Set([...Object.keys(SECURITY_HEADERS), 'content-length', 'date', 'connection']);
  expect(Object.keys(headers).filter((name) => !own.has(name))).toEqual([]);
  await app.close();
});
