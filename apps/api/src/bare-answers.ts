import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { FieldError } from '#errors';
import { errorAnswer } from '#errors/http';
import { newRequestId } from '#observability';
import { FIRST_HEADERS } from './security-headers.js';

/** A problem as it is written where no framework helps: its bytes, and the headers that belong to them. */
export interface BareProblem {
  status: number;
  requestId: string;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Problems of requests that never reach the app. Each of them ends its connection: what follows on it is not to be trusted.
 * @param url what was asked for, as far as it could be read
 */
export function bareProblem(error: FieldError, url: string, requestId = newRequestId()): BareProblem {
  const answer = errorAnswer(error, url, requestId);
  const body = Buffer.from(JSON.stringify(answer.body));
  const headers = { ...answer.headers, 'content-length': String(body.length), 'x-request-id': requestId, connection: 'close' };
  return { status: answer.status, requestId, headers, body };
}

/** Answers with a problem in place of the app. The answer has its first headers already. */
export function sendBareProblem(response: ServerResponse, { status, headers, body }: BareProblem): void {
  response.writeHead(status, headers).end(body);
}

/** The problem as it goes over a connection that no answer was made for. */
export function bytesOf({ status, headers, body }: BareProblem): Buffer {
  const lines = [...FIRST_HEADERS, ['date', new Date().toUTCString()], ...Object.entries(headers)];
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
