import { Readable } from 'node:stream';
import { aliasOf, underAlias } from './alias.js';
import { respelt, snakeCase } from './spelling.js';

/** What an error says of each wrong field (`#errors/http`, ViolationDto). */
interface Violation {
  path: string;
  message: string;
}

/** The body of an answer with its names in snake_case: JSON, and events with JSON. Any other body as it is. */
export function snakeCaseBody(body: unknown, contentType: string, url: string): unknown {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (body instanceof Readable)
    return hasLines(type) ? Readable.from(snakeCaseLines(body), { objectMode: false, highWaterMark: 1 }) : body;
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  if (!isText || body.length === 0) return body;
  if (type === 'application/problem+json') return JSON.stringify(respelt(respeltProblem(parse(body), url), snakeCase));
  return type === 'application/json' ? JSON.stringify(respelt(parse(body), snakeCase)) : body;
}

function parse(body: string | Buffer): unknown {
  return JSON.parse(body.toString()) as unknown;
}

/** An error names fields in its sentences, too, and the path that was asked for. */
function respeltProblem(problem: unknown, url: string): unknown {
  const { errors, detail, ...rest } = problem as { errors?: Violation[]; detail: string };
  const instance = url.split('?', 1)[0];
  if (errors === undefined) return { ...rest, instance, detail };
  const names = new Set(errors.flatMap(({ path }) => path.split('.')));
  const inWords = (text: string): string => text.replace(/[a-zA-Z0-9]+/g, (word) => (names.has(word) ? snakeCase(word) : word));
  const violations = errors.map((violation) => ({
    ...violation,
    path: violation.path.split('.').map(snakeCase).join('.'),
    message: inWords(violation.message),
  }));
  return { ...rest, instance, detail: inWords(detail), errors: violations };
}

function hasLines(type: string): boolean {
  return type === 'text/event-stream' || type === 'application/json';
}

/** Events with JSON as their data, and lists with a line for each item: in pieces as they come, each line whole. */
async function* snakeCaseLines(source: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of source.setEncoding('utf8')) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines.map((line) => `${snakeCaseLine(line)}\n`).join('');
  }
  if (rest !== '') yield snakeCaseLine(rest);
}

function snakeCaseLine(line: string): string {
  const [, start, json, end] = /^((?:data: )?)(\{.*\})(,?)$/.exec(line) ?? [];
  return json === undefined ? line : `${start}${JSON.stringify(respelt(parse(json), snakeCase))}${end}`;
}

/** Headers that hold addresses of ours: `Location`, and the ones in angle brackets of `Link`. */
export function aliasedAddress(header: string, url: string): string {
  const alias = aliasOf(url);
  if (alias === null) return header;
  return header.replace(/(^|<)([^<>]+)/g, (_, start: string, address: string) => start + underAlias(address, alias));
}
