import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import { Log, Readiness } from '#observability';
import { Canary } from '#queues/worker';

/** Probes of the worker: `/live` is a canary job that ran, `/ready` everything it needs. Routes of its own: the worker serves nobody else. */
@Injectable()
export class HealthServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly server = createServer((request, response) => {
    void this.answer(request.url ?? '/', response);
  });

  constructor(
    private readonly config: Config,
    private readonly canary: Canary,
    private readonly readiness: Readiness,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.config.worker;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve);
    });
    this.log.info('The health server listens', { host, port: (this.server.address() as AddressInfo).port });
  }

  async onApplicationShutdown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private async answer(url: string, response: ServerResponse): Promise<void> {
    switch (url.split('?', 1)[0]) {
      case '/live': {
        const alive = this.canary.isAlive();
        return send(response, alive ? 200 : 503, {
          status: alive ? 'live' : 'dead',
          detail: alive ? undefined : 'No canary job came back within 90 s.',
        });
      }
      case '/ready': {
        const report = await this.readiness.report();
        return send(response, report.ready ? 200 : 503, report);
      }
      default:
        return send(response, 404, { detail: 'There are /live and /ready here.' });
    }
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
