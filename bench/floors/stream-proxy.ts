/** A floor of P1: passes every request on to UPSTREAM as it comes, and the answer back. */
import { Agent, createServer, request as open } from 'node:http';
import { pipeline } from 'node:stream';

const { PORT, UPSTREAM = '' } = process.env;
const agent = new Agent({ keepAlive: true });
const ignore = (): void => undefined;

const server = createServer((request, response) => {
  if (request.url === '/') return void response.end('ready');
  const { method, headers } = request;
  const onward = open(new URL(request.url ?? '/', UPSTREAM), { method, headers, agent }, (answer) => {
    // Gone meanwhile.
    if (response.destroyed) return void answer.resume();
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, ignore);
  });
  onward.on('error', () => response.destroy());
  pipeline(request, onward, ignore);
});

process.once('SIGTERM', () => process.exit());
server.listen(Number(PORT), '127.0.0.1');
