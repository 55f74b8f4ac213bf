/** The floor of P8: BullMQ alone. `/run/<jobs>` adds jobs in bulk to a new queue and answers how many a worker that does nothing ends a second. */
import { createServer } from 'node:http';
import { type ConnectionOptions, createPostgresBackend, Queue, setDefaultBackendFactory, Worker } from 'bullmq';
import pg from 'pg';

const AT_ONCE = 16;
const IN_BULK = 1_000;
const { DATABASE_URL, PORT, REDIS_URL } = process.env;

/** On Postgres in the schema the product has made for it. */
function connect(): ConnectionOptions {
  if (REDIS_URL !== undefined) return { url: REDIS_URL, maxRetriesPerRequest: null };
  setDefaultBackendFactory(createPostgresBackend);
  const pool: unknown = new pg.Pool({ connectionString: DATABASE_URL, max: AT_ONCE, options: '-c search_path=bullmq' });
  // BullMQ's types know its Redis options only; the backend set above takes this.
  return pool as ConnectionOptions;
}

async function run(jobs: number): Promise<number> {
  const connection = connect();
  const name = `floor-${Date.now()}`;
  const queue = new Queue(name, { connection });
  const begun = performance.now();
  for (let added = 0; added < jobs; added += IN_BULK)
    await queue.addBulk(Array.from({ length: Math.min(IN_BULK, jobs - added) }, () => ({ name: 'empty', data: {} })));
  let done = 0;
  const over = new Promise<void>((resolve) => {
    const worker = new Worker(name, () => Promise.resolve(), { connection, concurrency: AT_ONCE });
    worker.on('completed', () => {
      done += 1;
      if (done === jobs) worker.close().then(resolve, resolve);
    });
  });
  await over;
  const figure = (1_000 * jobs) / (performance.now() - begun);
  await queue.close();
  return figure;
}

const server = createServer((request, response) => {
  const jobs = Number(/^\/run\/(\d+)$/.exec(request.url ?? '')?.[1]);
  if (!jobs) return void response.end('ready');
  run(jobs).then(
    (figure) => response.end(String(figure)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

process.once('SIGTERM', () => process.exit());
server.listen(Number(PORT), '127.0.0.1');
