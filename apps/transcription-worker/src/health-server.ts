import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import { FieldError, STATUS_OF_KIND } from '#errors';
import { FiguresAccess, HealthReports } from '#health';
import { Log, Metrics, METRICS_TYPE, Readiness } from '#observability';
import { Canary } from '#queues/worker';

interface Answer {
  status: number;
  /** An object is sent as JSON. */
  body: object | string;
}

const ROUTES = 'There are /live, /ready, /health, /health/providers and /health/metrics here.';

/** Probes and figures of the worker: `/live` is a canary job that ran, `/ready` everything it needs. The worker serves nobody else. */
@Injectable()
export class HealthServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly server = createServer((request, response) => {
    void this.answer(request).then((answer) => send(response, answer));
  });

  constructor(
    private readonly config: Config,
    private readonly canary: Canary,
    private readonly readiness: Readiness,
    private readonly reports: HealthReports,
    private readonly access: FiguresAccess,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.config.worker;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, resolve);
    });
    this.log.info('The health server listens', { host, port: this.port });
  }

  async onApplicationShutdown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** Where it listens. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private async answer({ url = '/', headers }: IncomingMessage): Promise<Answer> {
    try {
      return await this.route(url, headers.authorization);
    } catch (error) {
      if (error instanceof FieldError)
        return { status: STATUS_OF_KIND[error.kind], body: { code: error.code, detail: error.message } };
      this.log.error('A report of the health server failed', { error });
      return { status: 500, body: { detail: 'The report could not be made; the log says why.' } };
    }
  }

  private async route(url: string, authorization?: string): Promise<Answer> {
    const [path, query] = url.split('?', 2);
    switch (path) {
      case '/live':
        return this.live();
      case '/ready': {
        const report = await this.readiness.report();
        return { status: report.ready ? 200 : 503, body: report };
      }
      case '/health': {
        const isDetailed = new URLSearchParams(query).get('detailed') === 'true';
        if (isDetailed) this.access.refuseUnlessAllowed(authorization);
        const report = isDetailed ? await this.reports.detailed() : await this.reports.health();
        return { status: report.status === 'ok' ? 200 : 503, body: report };
      }
      case '/health/providers':
        this.access.refuseUnlessAllowed(authorization);
        return { status: 200, body: { providers: await this.reports.providers() } };
      case '/health/metrics': {
        this.access.refuseUnlessAllowed(authorization);
        const text = await this.metrics.text();
        return text === null
          ? { status: 404, body: { detail: 'Nothing is measured here (METRICS=off).' } }
          : { status: 200, body: text };
      }
      default:
        return { status: 404, body: { detail: ROUTES } };
    }
  }

  private live(): Answer {
    const alive = this.canary.isAlive();
    const detail = alive ? undefined : 'No canary job came back within 90 s.';
    return { status: alive ? 200 : 503, body: { status: alive ? 'live' : 'dead', detail } };
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isText = typeof body === 'string';
  response
    .writeHead(status, {
      'content-type': isText ? METRICS_TYPE : 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(isText ? body : JSON.stringify(body));
}
