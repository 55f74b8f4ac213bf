import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#errors';
import type { AppProcess } from './app-process.js';
import { Client } from './client.js';
import { type LoadBalancer, startLoadBalancer } from './load-balancer.js';
import { shortRecording } from './recordings.js';
import type { Stack } from './stack.js';

const READY_MS = 60_000;
const SLOW_PIECES = 10;
const SLOW_PAUSE_MS = 250;

/** What came of replacing every process of an installation. */
export interface Replaced {
  /** Requests the clients made. */
  requests: number;
  /** What was answered with 5xx, or not at all; a line each. */
  failures: string[];
  /** Seconds from SIGTERM until a process was gone. */
  ends: number[];
}

/** Serves an account until it is told to stop, and notes whatever a user would have seen fail. */
class Visitor {
  requests = 0;
  readonly failures: string[] = [];

  constructor(
    readonly client: Client,
    private readonly recording: string,
  ) {}

  /** Uploads, orders and looks at the list, again and again. */
  async visit(until: () => boolean): Promise<void> {
    while (!until()) {
      const audio = await this.noting('upload', () => this.client.upload(this.recording));
      if (audio !== undefined) await this.noting('order', () => this.client.order(audio.id));
      await this.look();
    }
  }

  /** Polls for a second. */
  async look(times = 20): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      await this.noting('poll', () => this.client.json('GET', '/api/v1/transcriptions'));
      await sleep(50);
    }
  }

  /** Uploads that are under way for seconds, so that each end of a process meets one. */
  async uploadSlowly(until: () => boolean): Promise<void> {
    while (!until()) await this.noting('slow upload', () => slowUpload(this.client, this.recording));
  }

  private async noting<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    this.requests += 1;
    try {
      return await work();
    } catch (error) {
      this.failures.push(`${what}: ${messageOf(error)} ${error instanceof Error ? messageOf(error.cause) : ''}`);
      return undefined;
    }
  }
}

/**
 * Puts a load balancer before two API processes and replaces them and both workers, one after the other, so many times, while clients
 * upload, order and poll. Each new process is there before the old one is asked to end.
 * @param rounds how often each process is replaced
 */
export async function replaceEverything(stack: Stack, rounds: number, say?: (progress: string) => void): Promise<Replaced> {
  const balancer = await startLoadBalancer();
  try {
    const apis = await Promise.all([startBehind(stack, balancer), startBehind(stack, balancer)]);
    await untilReady(balancer.url);
    const account = await stack.client();
    const client = new Client(balancer.url);
    client.token = account.token;
    const visitor = new Visitor(client, shortRecording(stack.files));
    let over = false;
    const isOver = (): boolean => over;
    const visits = Promise.all([visitor.visit(isOver), visitor.visit(isOver), visitor.uploadSlowly(isOver)]);
    const ends: number[] = [];
    try {
      for (let round = 1; round <= rounds; round += 1) {
        for (const [index, api] of apis.entries()) {
          const worker = stack.workers[0];
          const [next] = await Promise.all([startBehind(stack, balancer), stack.startWorker()]);
          apis[index] = next;
          ends.push(...(await Promise.all([endBehind(api, balancer), end(stack, worker)])));
        }
        say?.(`${round} of ${rounds}: ${visitor.requests} requests, ${visitor.failures.length} failed`);
      }
    } finally {
      over = true;
      await visits;
      for (const id of client.accepted) account.accepted.add(id);
    }
    return { requests: visitor.requests, failures: visitor.failures, ends };
  } finally {
    await balancer.stop();
  }
}

interface Behind {
  api: AppProcess;
  url: string;
}

/** One more API that the load balancer knows; returns when it listens. */
async function startBehind(stack: Stack, balancer: LoadBalancer): Promise<Behind> {
  const { api, url } = await stack.startAnotherApi({ SHUTDOWN_DELAY_SECONDS: '1' });
  balancer.add(url);
  await untilReady(url);
  return { api, url };
}

async function endBehind({ api, url }: Behind, balancer: LoadBalancer): Promise<number> {
  api.signal('SIGTERM');
  const { seconds } = await api.exit();
  balancer.remove(url);
  return seconds;
}

async function end(stack: Stack, worker: AppProcess | undefined): Promise<number> {
  return (await stack.killWorker('SIGTERM', worker)).seconds;
}

async function untilReady(url: string): Promise<void> {
  for (const deadline = performance.now() + READY_MS; performance.now() < deadline; await sleep(50)) {
    const response = await fetch(`${url}/ready`);
    await response.arrayBuffer();
    if (response.ok) return;
  }
  throw new Error(`${url} was not ready in time.`);
}

/** Sends a form piece by piece over some seconds. */
async function slowUpload({ origin, token }: Client, path: string): Promise<void> {
  const head = '--edge\r\ncontent-disposition: form-data; name="file"; filename="slow.ogg"\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), readFileSync(path), Buffer.from('\r\n--edge--\r\n')]);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'multipart/form-data; boundary=edge',
    'content-length': body.length,
  };
  const sent = request(`${origin}/api/v1/audio/upload`, { method: 'POST', headers });
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sent.on('error', reject).on('response', (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
  });
  const piece = Math.ceil(body.length / SLOW_PIECES);
  for (let at = 0; at < body.length; at += piece) {
    sent.write(body.subarray(at, at + piece));
    await sleep(SLOW_PAUSE_MS);
  }
  sent.end();
  const status = await answered;
  if (status !== 201) throw new Error(`A slow upload was answered ${status}.`);
}
