import type { FastifyRequest } from 'fastify';
import { acceptDevice } from '#observability';
import type { Origin } from '../identity.service.js';

/** Where a sign-in comes from. */
export function originOf(request: FastifyRequest): Origin {
  return { device: acceptDevice(request.headers['user-agent']) ?? null, address: request.ip };
}
