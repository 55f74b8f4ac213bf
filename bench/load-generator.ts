/** Sends requests as fast as they are answered, so many at once; the order comes on standard input, the result goes to standard output. */
import { json } from 'node:stream/consumers';
import autocannon from 'autocannon';

export interface LoadOrder {
  origin: string;
  /** Taken in turn. */
  paths: string[];
  headers: Record<string, string>;
  /** Posted with every request; not set: it is a GET. */
  body?: { type: string; base64: string };
  /** As many as there are paths: headers and, of what is posted, the JSON that go with each. */
  each?: { headers: Record<string, string>; json: object }[];
  atOnce: number;
  seconds: number;
  /** The status of answers that count; 200 when not set. */
  status?: number;
}

export interface LoadResult {
  answersPerSecond: number;
  /** Answers with another status, and requests without an answer. */
  wrong: number;
}

/** Its headers stand in place of all others. */
function requestOf(given?: { headers: Record<string, string>; json: object }) {
  if (given === undefined) return {};
  const headers = { ...given.headers, 'content-type': 'application/json' };
  return { method: 'POST' as const, headers, body: JSON.stringify(given.json) };
}

const order = (await json(process.stdin)) as LoadOrder;
const requests = order.paths.map((path, index) => ({ path, ...requestOf(order.each?.[index]) }));
let clients = 0;

/** Each connection begins with another: together they would all ask for the same at the same moment, over and over. */
function startElsewhere(client: autocannon.Client): void {
  const first = clients++ % requests.length;
  client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
}

const result = await autocannon({
  url: order.origin,
  connections: order.atOnce,
  duration: order.seconds,
  headers: { ...order.headers, ...(order.body && { 'content-type': order.body.type }) },
  ...(order.body && { method: 'POST', body: Buffer.from(order.body.base64, 'base64') }),
  requests,
  setupClient: startElsewhere,
});
const right = result.statusCodeStats?.[`${order.status ?? 200}`]?.count ?? 0;
const answers = result['2xx'] + result.non2xx;
const report: LoadResult = {
  answersPerSecond: right / result.duration,
  wrong: answers - right + result.errors + result.timeouts,
};
process.stdout.write(JSON.stringify(report));
