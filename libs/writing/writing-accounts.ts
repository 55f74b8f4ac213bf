import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database, type WorkspaceTransaction } from '#database';
import type { FieldError } from '#errors';
import {
  costOf,
  expectedTokens,
  type LanguageAnswer,
  type LanguageChoice,
  type LanguageNeeds,
  LanguageRegistry,
  type LanguageUsage,
  type LanguageWish,
} from '#language-models';
import type { BilledTokens, ProviderError } from '#provider-calls';
import { type CallKey, OwnKeys, type Reader, readerOf } from '#provider-keys';
import { Quotas, type QuotaSubject } from '#quota';
import { UsageRecords } from '#usage';
import { failureOf } from './next-writer.js';
import type { WritingOrder, WrittenCall } from './writing-order.js';

/** What is set aside for an answer of which nobody said how long it may be. */
const USUAL_OUTPUT_TOKENS = 2_000;

/** An order under way. */
export interface Run {
  order: WritingOrder;
  /** Who may write, the first one first. */
  choices: readonly LanguageChoice[];
  /** What tokens are set aside for. */
  subject: QuotaSubject;
  calls: WrittenCall[];
}

/** A call under way. */
export interface Call {
  choice: LanguageChoice;
  with: CallKey;
  /** By `performance.now()`. */
  started: number;
}

/**
 * Every call is written down when it ends, each in a transaction of its own: whatever becomes of the order, it is billed. Tokens are set
 * aside before the first call and settled after the last; what a killed process has set aside is given back within the hour.
 */
@Injectable()
export class WritingAccounts {
  constructor(
    private readonly database: Database,
    private readonly registry: LanguageRegistry,
    private readonly ownKeys: OwnKeys,
    private readonly quotas: Quotas,
    private readonly usage: UsageRecords,
  ) {}

  /**
   * Decides who may write, and sets aside what that will take.
   * @throws FieldError of `languageModelErrors` when nobody can; quota_exceeded
   */
  async open(order: WritingOrder, needs: LanguageNeeds = {}): Promise<Run> {
    const { workspaceId, wish, maxOutputTokens, messages } = order;
    const input = await expectedTokens(messages);
    const contextTokens = input + (maxOutputTokens ?? 0);
    const whole = { ...wish, needs: { contextTokens, outputTokens: maxOutputTokens, ...needs, ...wish?.needs } };
    const subject: QuotaSubject = { workspaceId, kind: 'request', id: uuidv7() };
    const choices = await this.database.inWorkspace(workspaceId, async (tx) => {
      const found = await this.choose(tx, whole);
      await this.quotas.reserve(tx, subject, { tokens: input + (maxOutputTokens ?? USUAL_OUTPUT_TOKENS) });
      return found;
    });
    return { order, choices, subject, calls: [] };
  }

  /** Reads the workspace an order is for. */
  readerOf({ order }: Run): Reader {
    return readerOf(this.database, order.workspaceId);
  }

  /** Counts what providers say they read and wrote, and gives the rest back. */
  async close({ order, subject, calls }: Run): Promise<void> {
    const tokens = calls.reduce((sum, { usage }) => sum + (usage === null ? 0 : usage.inputTokens + usage.outputTokens), 0);
    await this.database.inWorkspace(order.workspaceId, (tx) => this.quotas.settle(tx, subject, { tokens }));
  }

  async answered(run: Run, call: Call, { usage, cost, providerRequestId }: LanguageAnswer): Promise<void> {
    await this.database.inWorkspace(run.order.workspaceId, (tx) =>
      this.write(tx, run, {
        ...endOf(call),
        outcome: 'answered',
        usage: usage ?? null,
        costMicroDollars: textOf(cost.microDollars),
        providerRequestId: providerRequestId ?? null,
      }),
    );
  }

  /** A call that nobody waited for any more; it may be billed all the same. */
  async cutOff(run: Run, call: Call): Promise<void> {
    const ended = { ...endOf(call), errorKind: 'cancelled' };
    await this.database.inWorkspace(run.order.workspaceId, (tx) => this.write(tx, run, ended));
  }

  /** @returns what it means for the order */
  async failed(run: Run, call: Call, error: ProviderError): Promise<FieldError> {
    const { billed, kind, providerCode, providerRequestId } = error;
    const { model, provider } = call.choice;
    const own = call.with.kind === 'own' ? call.with.key : null;
    const ended = {
      ...endOf(call),
      errorKind: kind,
      usage: billed === undefined ? null : usageOf(billed),
      costMicroDollars: billed === undefined ? null : textOf(costOf(billed, model.price, billed.dollars).microDollars),
      providerRequestId: providerRequestId ?? null,
    };
    return this.database.inWorkspace(run.order.workspaceId, async (tx) => {
      await this.write(tx, run, ended);
      return own !== null && error.keyRefused
        ? this.ownKeys.reject(tx, provider.id, own, providerCode ?? kind)
        : failureOf(error, own !== null);
    });
  }

  private async choose(tx: WorkspaceTransaction, wish: LanguageWish): Promise<LanguageChoice[]> {
    const held = await this.ownKeys.held(tx);
    const first = this.registry.choose(wish, new Set(held.keys()));
    if (wish.provider !== undefined || wish.model !== undefined) return [first];
    // A key of its own that was refused is not passed over for the installation's: whose bill it is, its owner decides.
    const others = this.registry.standIns(first, wish, new Set(held.keys()));
    return [first, ...others.filter(({ provider }) => held.get(provider.id)?.isActive !== false)];
  }

  private async write(tx: WorkspaceTransaction, { order, calls }: Run, call: WrittenCall): Promise<void> {
    calls.push(call);
    const { workspaceId, subjectId, userId, apiKeyId } = order;
    const { usage, providerRequestId: _, ...facts } = call;
    const tokens = usage === null ? undefined : { input: usage.inputTokens, output: usage.outputTokens };
    await this.usage.record(tx, { ...facts, workspaceId, subjectId, userId, apiKeyId, audioSeconds: 0, tokens });
    await order.record?.(tx, call);
    const { providerKeyId, model, errorKind: errorCode, costMicroDollars } = call;
    if (providerKeyId !== null)
      await this.ownKeys.count(tx, providerKeyId, { model, audioSeconds: 0, costMicroDollars, errorCode });
  }
}

/** A call that failed, as far as all of them are alike. */
function endOf({ choice, with: used, started }: Call): WrittenCall {
  return {
    id: uuidv7(),
    provider: choice.provider.id,
    model: choice.model.id,
    outcome: 'failed',
    errorKind: null,
    providerRequestId: null,
    latencyMs: Math.round(performance.now() - started),
    usage: null,
    costMicroDollars: null,
    providerKeyId: used.kind === 'own' ? used.key.id : null,
    installationKeyId: used.kind === 'pool' ? used.key.publicId : null,
  };
}

function usageOf({ inputTokens, outputTokens, cachedInputTokens }: BilledTokens): LanguageUsage {
  return { inputTokens, outputTokens, cachedInputTokens };
}

function textOf(microDollars: number | null): string | null {
  return microDollars === null ? null : String(microDollars);
}
