import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { FieldError } from '#errors';
import type { Actor } from '#identity';
import { fingerprintOf, fingerprintOfForm } from '../fingerprint.js';
import { idempotencyErrors } from '../idempotency.errors.js';
import { IdempotencyService, type KeptAnswer, keyReused } from '../idempotency.service.js';

type KeyedHttpRequest = FastifyRequest & { user?: Actor };

/** 1 to 255 visible characters; the standard's quotes around them may be there or not. */
const KEY = /^[\x21-\x7e]{1,255}$/;
/** Headers of an answer that belong to it when it is given again. */
const KEPT_HEADERS = ['location', 'retry-after'];

/** Serves a request with an Idempotency-Key once, and answers it the same every time. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: IdempotencyService) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<KeyedHttpRequest>();
    const key = keyOf(request.headers['idempotency-key']);
    if (key === null) return next.handle();
    return from(this.serve(key, request, http.getResponse<FastifyReply>(), next));
  }

  private async serve(key: string, request: KeyedHttpRequest, reply: FastifyReply, next: CallHandler<unknown>): Promise<unknown> {
    const { user } = request;
    if (user === undefined) throw new Error('@Idempotent stands on a route without @Access.');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const verdict = await this.idempotency.begin(
      {
        workspaceId: user.workspaceId,
        principal: user.keyId === null ? `user:${user.userId}` : `key:${user.keyId}`,
        key,
        fingerprint: fingerprintOf(request.method, request.url, request.isMultipart() ? 'form' : (request.body ?? null)),
      },
      gone.signal,
    );
    if ('run' in verdict)
      return this.idempotency.perform(
        verdict.run,
        () => lastValueFrom(next.handle(), { defaultValue: undefined }),
        (body) => answerOf(reply, body),
      );
    if (request.isMultipart() && (await readForm(request)) !== verdict.formFingerprint) throw keyReused();
    return giveAgain(verdict.answer, reply);
  }
}

function keyOf(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const key = typeof header === 'string' ? header.trim().replace(/^"(.*)"$/, '$1') : '';
  if (KEY.test(key)) return key;
  throw new FieldError(idempotencyErrors.idempotency_key_invalid, idempotencyErrors.idempotency_key_invalid.example);
}

/** Reads a form to its end without keeping anything of it. */
async function readForm(request: FastifyRequest): Promise<string> {
  const fields: Record<string, unknown> = {};
  const files: Record<string, string> = {};
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      fields[part.fieldname] = part.value;
      continue;
    }
    const hash = createHash('sha256');
    for await (const piece of part.file) hash.update(piece as Uint8Array);
    files[part.fieldname] = hash.digest('hex');
  }
  return fingerprintOfForm(fields, files);
}

function answerOf(reply: FastifyReply, body: unknown): KeptAnswer {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
  return { status: reply.statusCode, headers, body: body ?? null };
}

function giveAgain({ status, headers, body }: KeptAnswer, reply: FastifyReply): unknown {
  void reply.status(status).headers(headers).header('idempotency-replayed', 'true');
  return body ?? undefined;
}
