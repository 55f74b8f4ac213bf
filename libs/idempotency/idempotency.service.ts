import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { Log } from '#observability';
import { Vault } from '#vault';
import { idempotencyErrors } from './idempotency.errors.js';
import { IdempotencyKeysRepository, type KnownRequest, type Run } from './idempotency-keys.repository.js';
import { type IdempotentRun, inIdempotentRun } from './idempotent-effects.js';

/** Whose key it is, and what is asked for with it. */
export interface KeyedRequest {
  workspaceId: string;
  principal: string;
  key: string;
  fingerprint: string;
}

/** An answer as it is given again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** What is to be done about a request: do it, or answer as the first time. */
export type Verdict = { run: IdempotentRun } | { answer: KeptAnswer; formFingerprint: string | null };

/** The next look at a first request that is still running; a wait ends with 409. */
const LOOK_AGAIN_MS = 100;
const LONGEST_WAIT_MS = 30_000;
const ALIVE_EVERY_MS = 10_000;

/** One key, one effect, one answer: also for requests at once, and over a crash of the process that served the first. */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyKeysRepository,
    private readonly vault: Vault,
    private readonly log: Log,
  ) {}

  /**
   * Decides what is to be done about a request. Waits for a first one that is still running.
   * @param gone fires when nobody waits for the answer any more
   * @throws FieldError of `idempotencyErrors`
   */
  async begin(request: KeyedRequest, gone: AbortSignal): Promise<Verdict> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const verdict = await this.database.inWorkspace(request.workspaceId, (tx) => this.look(tx, request));
      if (verdict !== 'running') return verdict;
      if (gone.aborted || performance.now() > deadline) throw inProgress();
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /**
   * Does what the request asks for, once begun, and keeps its answer. What failed without effect may be tried again with the same key.
   * @param work the handler
   * @param describe makes the answer to keep of what the handler gave
   */
  async perform<T>(run: IdempotentRun, work: () => Promise<T>, describe: (result: T) => KeptAnswer): Promise<T> {
    const beat = setInterval(() => void this.quietly('extended', run, (tx) => this.keys.keepAlive(tx, run)), ALIVE_EVERY_MS);
    try {
      const result = await inIdempotentRun(run, work);
      await this.quietly('kept', run, (tx) => this.keep(tx, run, describe(result)));
      return result;
    } catch (error) {
      await this.quietly('released', run, (tx) => this.keys.forget(tx, run));
      throw error;
    } finally {
      clearInterval(beat);
    }
  }

  private async look(tx: WorkspaceTransaction, request: KeyedRequest): Promise<Verdict | 'running'> {
    await this.keys.sweep(tx);
    const id = uuidv7();
    if (await this.keys.insert(tx, { id, ...request })) return this.runOf(tx, { id, run: 1 });
    const known = await this.keys.find(tx, request.principal, request.key);
    // Released or swept in between: the next look begins anew.
    if (known === null) return 'running';
    if (known.fingerprint !== request.fingerprint) throw keyReused();
    if (known.status !== null) return this.answerOf(tx, known, known.status);
    if (known.running) return 'running';
    if (known.location !== null) throw answerLost(known.location);
    return (await this.keys.takeOver(tx, known)) ? this.runOf(tx, { id: known.id, run: known.run + 1 }) : 'running';
  }

  private runOf({ workspaceId }: WorkspaceTransaction, run: Run): Verdict {
    return { run: { ...run, workspaceId, formFingerprint: null } };
  }

  private async answerOf(
    tx: WorkspaceTransaction,
    { id, answer, formFingerprint }: KnownRequest,
    status: number,
  ): Promise<Verdict> {
    if (answer === null) throw new Error(`The answer of the idempotent request ${id} is not there.`);
    const kept = JSON.parse(await this.vault.open(tx, tx.workspaceId, placeOf(id), answer)) as Omit<KeptAnswer, 'status'>;
    return { answer: { status, ...kept }, formFingerprint };
  }

  private async keep(tx: WorkspaceTransaction, run: IdempotentRun, { status, headers, body }: KeptAnswer): Promise<void> {
    const answer = await this.vault.seal(tx, tx.workspaceId, placeOf(run.id), JSON.stringify({ headers, body }));
    await this.keys.finish(tx, run, { status, answer, formFingerprint: run.formFingerprint });
  }

  /** The request has been answered or refused by then: what fails here costs a repetition its answer, not the caller. */
  private async quietly(
    what: string,
    { workspaceId, id }: IdempotentRun,
    work: (tx: WorkspaceTransaction) => Promise<void>,
  ): Promise<void> {
    try {
      await this.database.inWorkspace(workspaceId, work);
    } catch (error) {
      this.log.warn(`An idempotent request could not be ${what}`, { id, error });
    }
  }
}

function placeOf(row: string): { table: string; column: string; row: string } {
  return { table: 'idempotency_keys', column: 'answer', row };
}

/** The key came with another request before. */
export function keyReused(): FieldError {
  return new FieldError(idempotencyErrors.idempotency_key_reused, idempotencyErrors.idempotency_key_reused.example);
}

function inProgress(): FieldError {
  return new FieldError(idempotencyErrors.idempotency_in_progress, idempotencyErrors.idempotency_in_progress.example, {
    retryAfterSeconds: 2,
  });
}

function answerLost(location: string): FieldError {
  return new FieldError(
    idempotencyErrors.idempotency_answer_lost,
    `The first request with this Idempotency-Key took effect but was cut off before its answer was kept. What it made is at ${location}.`,
    { members: { location } },
  );
}
