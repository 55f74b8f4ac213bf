/** The floor of P6: no account, no row, no hash; bodies are written at their place in a file and synced, part by part. */
import { once } from 'node:events';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';

const { PORT, STENO_HOME = '' } = process.env;
const directory = await mkdtemp(join(STENO_HOME, 'floor-'));
const files = new Map<string, Promise<FileHandle>>();

async function write(request: IncomingMessage): Promise<void> {
  const [, name = '', offset = '0'] = (request.url ?? '').split('/');
  const path = join(directory, name);
  if (request.method === 'DELETE') {
    const file = await files.get(name);
    files.delete(name);
    await file?.sync();
    await file?.close();
    return rm(path, { force: true });
  }
  if (!files.has(name)) files.set(name, open(path, 'w'));
  const file = await files.get(name);
  let at = Number(offset);
  for await (const chunk of request as AsyncIterable<Buffer>) {
    await file?.write(chunk, 0, chunk.length, at);
    at += chunk.length;
  }
  await file?.datasync();
}

const server = createServer((request, response) => {
  if (request.url === '/') return void response.end('ready');
  write(request).then(
    () => response.end(),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});

// As long as the API's.
server.keepAliveTimeout = 72_000;
process.once('SIGTERM', () => process.exit());
server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
