import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { type SystemTransaction, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { idempotencyErrors } from './idempotency.errors.js';
import { IdempotencyKeysRepository, type Run } from './idempotency-keys.repository.js';

/** The run of a request with an Idempotency-Key. */
export interface IdempotentRun extends Run {
  workspaceId: string;
  /** Of the form, once its reader knows it. */
  formFingerprint: string | null;
}

const running = new AsyncLocalStorage<IdempotentRun>();

/** Runs the handler of a request; what it calls, awaits included, finds its run. */
export function inIdempotentRun<T>(run: IdempotentRun, work: () => T): T {
  return running.run(run, work);
}

/** Lets the reader of a form say what it asked for: the bytes are only known once they were read. */
export function noteForm(fingerprint: string): void {
  const run = running.getStore();
  if (run !== undefined) run.formFingerprint = fingerprint;
}

/** What makes "one key, one effect" hold over crashes: whoever creates something says so in the transaction that creates it. */
@Injectable()
export class IdempotentEffects {
  constructor(private readonly keys: IdempotencyKeysRepository) {}

  /**
   * Writes down what the running request makes; nothing when it carries no key.
   * @param tx the transaction that makes it
   * @param location where it is to be found, as in the Location header
   * @throws FieldError idempotency_in_progress when another run holds the key by now: this one must roll back
   */
  async mark(tx: WorkspaceTransaction | SystemTransaction, location: string): Promise<void> {
    const run = running.getStore();
    if (run === undefined || (tx instanceof WorkspaceTransaction && run.workspaceId !== tx.workspaceId)) return;
    if (await this.keys.setLocation(tx, run, location)) return;
    throw new FieldError(idempotencyErrors.idempotency_in_progress, idempotencyErrors.idempotency_in_progress.example, {
      retryAfterSeconds: 2,
    });
  }

  /** Takes the mark back, in the transaction that undoes what was made. */
  async unmark(tx: WorkspaceTransaction): Promise<void> {
    const run = running.getStore();
    if (run?.workspaceId === tx.workspaceId) await this.keys.setLocation(tx, run, null);
  }
}
