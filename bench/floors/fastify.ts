import { createRequire } from 'node:module';
import type { fastify as Fastify } from 'fastify';

/** The Fastify that Steno itself runs on, which comes with Nest's adapter. */
const beside = createRequire(import.meta.resolve('@nestjs/platform-fastify'));

export const { fastify } = beside('fastify') as { fastify: typeof Fastify };
