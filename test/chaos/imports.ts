import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../e2e/client.js';
import { countOf, discardNow, onStack } from '../e2e/orders.js';
import { type ChaosRow, secondsOf, spread } from './row.js';
import { writeNoise } from './sound-file.js';

/** Stands for the public internet. */
const OUTSIDE = '127.0.0.2';
const BYTES = 20_000_000;
const KILLS = 10;
const PATIENCE_MS = 120_000;

/** A host that gives a file, or only its first half while it is told to hold. */
async function startHost(path: string) {
  const halves: ServerResponse[] = [];
  const state = { holds: false, asked: 0 };
  const server = createServer((_, response) => {
    state.asked += 1;
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': BYTES });
    if (!state.holds) return void pipeline(createReadStream(path), response).catch(() => undefined); // who asked has gone
    halves.push(response);
    createReadStream(path, { end: BYTES / 2 - 1 }).on('data', (piece) => void response.write(piece));
  });
  server.listen(0, OUTSIDE);
  await once(server, 'listening');
  return {
    state,
    url: `http://${OUTSIDE}:${(server.address() as AddressInfo).port}/meeting.wav`,
    stop: () => {
      for (const half of halves) half.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @returns the id of the recording */
async function imported(client: Client, id: string): Promise<string> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(100)) {
    const upload = await client.json<{ status: string; audioId: string | null }>('GET', `/api/v1/uploads/${id}`);
    if (upload.status !== 'open') return upload.audioId ?? upload.status;
  }
  throw new Error('The import did not end.');
}

const IMPORT_KILLED: ChaosRow = {
  id: 'F38',
  what: `kill -9 of the worker while a recording of 20 MB is fetched from its address (half of it has come), ${KILLS} times`,
  expect: 'each import makes one recording of the right bytes, fetched once more; nothing of the broken fetch stays',
  withinSeconds: 900,
  run: async (turn) =>
    onStack({ env: { OUTGOING_ALLOWED_HOSTS: OUTSIDE } }, async (stack, client) => {
      const path = join(stack.files, 'meeting.wav');
      const sha256 = await writeNoise(path, BYTES);
      const host = await startHost(path);
      try {
        const kills = turn.times(KILLS);
        const [seconds, recordings] = [[] as number[], new Set<string>()];
        for (let done = 1; done <= kills; done += 1) {
          host.state.holds = true;
          const { asked } = host.state;
          const { id } = await client.json<{ id: string }>('POST', '/api/v1/audio/import', { url: host.url, sha256 });
          while (host.state.asked === asked) await sleep(20);
          await sleep(500);
          await stack.killWorker('SIGKILL');
          host.state.holds = false;
          await stack.startWorker();
          seconds.push(await secondsOf(async () => recordings.add(await imported(client, id))));
          turn.say(`${done} of ${kills}`);
        }
        await discardNow(stack);
        const rows = await countOf(stack, 'SELECT count(*) AS n FROM audio WHERE sha256 = $1', [sha256]);
        const figure = `${rows} recordings of ${kills} imports, fetched ${host.state.asked} times, there ${spread(seconds)} after the kill`;
        return { figure, holds: rows === kills && recordings.size === kills && host.state.asked === 2 * kills };
      } finally {
        host.stop();
      }
    }),
};

/** Recordings on their way from elsewhere. */
export const IMPORT_ROWS: ChaosRow[] = [IMPORT_KILLED];
