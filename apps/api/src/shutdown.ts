import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Readiness } from '#observability';

const SWEEP_MS = 200;

/**
 * Ends the app on SIGTERM and SIGINT. First `/ready` says no while everything is still served, so that load balancers send new requests
 * to others; then no new connections are taken, and what was asked before is finished.
 * @param delayMs how long it goes on serving
 */
export function endWhenAsked(app: INestApplication, delayMs: number): void {
  let asked = false;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (asked) return;
    asked = true;
    app.get(Readiness).drain();
    await sleep(delayMs);
    const server = app.getHttpServer() as Server;
    // The server closes connections that are idle now, and waits for those that become so later, for as long as clients keep them.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    await app.close();
    clearInterval(sweep);
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    process.kill(process.pid, signal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    end(signal).catch((error: unknown) => {
      process.stderr.write(`The API could not end as it should: ${String(error)}\n`);
      process.exit(1);
    });
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

/** On the way out each answer asks to be the last of its connection: whoever keeps connections makes the next one elsewhere. */
export function sendClientsElsewhere(fastify: FastifyInstance, readiness: Readiness): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (readiness.isDraining) void reply.header('connection', 'close');
    done();
  });
}
