import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type AuditAction, AuditLog, type AuditRecord } from '#audit';
import type { VendorId } from '#config';
import { ChangeFeed, Database, type ProviderKey, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { type Actor, auditActorOf } from '#identity';
import { LanguageRegistry } from '#language-models';
import type { Page, PageRequest } from '#paging';
import type { KeyCheck } from '#provider-calls';
import { SpeechRegistry } from '#speech';
import { Vault } from '#vault';
import { KeyUsageRepository, type UsageOfDay } from './key-usage.repository.js';
import { providerKeyErrors } from './provider-keys.errors.js';
import { ProviderKeysRepository, type SealedProviderKey } from './provider-keys.repository.js';
import { placeOf } from './sealed-place.js';

export interface NewProviderKey {
  provider: VendorId;
  name: string;
  apiKey: string;
}

/** What a provider said of a key that was only asked about. */
export type Verdict = { provider: string } & Exclude<KeyCheck, { outcome: 'not_checkable' }>;

/** Seconds after which a provider that did not answer may be asked again. */
const ASK_AGAIN_SECONDS = 10;

/**
 * The keys a workspace has of its own. Providers are asked outside of any transaction; nothing is written unless they took the key.
 */
@Injectable()
export class ProviderKeysService {
  constructor(
    private readonly database: Database,
    private readonly keys: ProviderKeysRepository,
    private readonly usages: KeyUsageRepository,
    private readonly speech: SpeechRegistry,
    private readonly language: LanguageRegistry,
    private readonly vault: Vault,
    private readonly audit: AuditLog,
    private readonly effects: IdempotentEffects,
    private readonly changes: ChangeFeed,
  ) {}

  /** Newest first. */
  async list({ workspaceId }: Actor, page: PageRequest, filter: { provider?: string }): Promise<Page<ProviderKey>> {
    return this.database.inWorkspace(workspaceId, (tx) => this.keys.list(tx, page, filter));
  }

  /** @throws FieldError provider_key_not_found, also for another workspace's */
  async get({ workspaceId }: Actor, id: string): Promise<ProviderKey> {
    return this.database.inWorkspace(workspaceId, (tx) => this.found(tx, id));
  }

  /** @throws FieldError provider_key_refused, provider_unavailable */
  async add(actor: Actor, { provider, name, apiKey }: NewProviderKey): Promise<ProviderKey> {
    refuseUnlessGood(provider, await this.ask(provider, apiKey));
    const id = uuidv7();
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      await this.effects.mark(tx, `/api/v1/provider-keys/${id}`);
      await this.keys.insert(tx, { id, provider, name, createdBy: actor.userId, ...(await this.seal(tx, id, apiKey)) });
      await this.announce(tx);
      await this.record(tx, actor, 'provider_key.created', id, { provider, name, lastFour: lastFourOf(apiKey) });
      return this.found(tx, id);
    });
  }

  /**
   * Renames, disables, or makes active again; the latter only when the provider takes the key.
   * @throws FieldError provider_key_not_found, provider_key_refused, provider_unavailable
   */
  async change(actor: Actor, id: string, wish: { name?: string; status?: 'active' | 'disabled' }): Promise<ProviderKey> {
    if (wish.status === 'active' && (await this.get(actor, id)).status !== 'active') await this.refuseUnlessStillGood(actor, id);
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      if (!(await this.keys.change(tx, id, wish))) throw notFound();
      await this.announce(tx);
      await this.record(tx, actor, 'provider_key.changed', id, { ...wish });
      return this.found(tx, id);
    });
  }

  /**
   * Puts another key of the same provider in its place. Calls under way end with the one they began with.
   * @throws FieldError provider_key_not_found, provider_key_refused, provider_unavailable
   */
  async rotate(actor: Actor, id: string, apiKey: string): Promise<ProviderKey> {
    const { provider } = await this.get(actor, id);
    refuseUnlessGood(provider, await this.ask(provider as VendorId, apiKey));
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      if (!(await this.keys.replaceSecret(tx, id, await this.seal(tx, id, apiKey)))) throw notFound();
      await this.record(tx, actor, 'provider_key.rotated', id, { provider, lastFour: lastFourOf(apiKey) });
      return this.found(tx, id);
    });
  }

  /** Its usage goes with it. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const { provider, name, lastFour } = await this.found(tx, id);
      if (!(await this.keys.remove(tx, id))) throw notFound();
      await this.announce(tx);
      await this.record(tx, actor, 'provider_key.deleted', id, { provider, name, lastFour });
    });
  }

  /**
   * Asks a provider about a key that is not kept.
   * @throws FieldError provider_unavailable when it does not say
   */
  async check(actor: Actor, provider: VendorId, apiKey: string): Promise<Verdict> {
    const verdict = verdictOf(provider, await this.ask(provider, apiKey));
    await this.database.inWorkspace(actor.workspaceId, (tx) =>
      this.record(tx, actor, 'provider_key.checked', null, { provider, outcome: verdict.outcome }),
    );
    return verdict;
  }

  /**
   * Asks its provider about a key of the workspace, and writes down what it says.
   * @throws FieldError provider_key_not_found, provider_unavailable
   */
  async checkAgain(actor: Actor, id: string): Promise<Verdict> {
    const { key, apiKey } = await this.open(actor, id);
    const verdict = verdictOf(key.provider, await this.ask(key.provider as VendorId, apiKey));
    await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      if (verdict.outcome === 'good') await this.keys.accept(tx, key);
      else await this.keys.reject(tx, key, verdict.code);
      await this.record(tx, actor, 'provider_key.checked', id, { provider: key.provider, outcome: verdict.outcome });
    });
    return verdict;
  }

  /** @param span both days included, YYYY-MM-DD */
  async usage({ workspaceId }: Actor, id: string, span: { from: string; to: string }): Promise<UsageOfDay[]> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      await this.found(tx, id);
      return this.usages.of(tx, id, span);
    });
  }

  private async refuseUnlessStillGood(actor: Actor, id: string): Promise<void> {
    const { key, apiKey } = await this.open(actor, id);
    refuseUnlessGood(key.provider, await this.ask(key.provider as VendorId, apiKey));
    await this.database.inWorkspace(actor.workspaceId, (tx) => this.keys.accept(tx, key));
  }

  private async open({ workspaceId }: Actor, id: string): Promise<{ key: SealedProviderKey; apiKey: string }> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const key = await this.keys.findSealed(tx, id);
      if (key === null) throw notFound();
      return { key, apiKey: await this.vault.open(tx, workspaceId, placeOf(id), key.sealed) };
    });
  }

  private async seal(tx: WorkspaceTransaction, id: string, apiKey: string): Promise<Pick<ProviderKey, 'sealed' | 'lastFour'>> {
    return { sealed: await this.vault.seal(tx, tx.workspaceId, placeOf(id), apiKey), lastFour: lastFourOf(apiKey) };
  }

  /** The provider has a limit of its own on the time it takes. */
  private async ask(provider: VendorId, apiKey: string): Promise<KeyCheck> {
    const { signal } = new AbortController();
    return provider === 'deepseek' ? this.language.checkKey(apiKey, signal) : this.speech.checkKey(provider, apiKey, signal);
  }

  /** Which providers a workspace has keys for is remembered elsewhere. */
  private async announce(tx: WorkspaceTransaction): Promise<void> {
    await this.changes.announce(tx, `workspace:${tx.workspaceId}`);
  }

  private async found(tx: WorkspaceTransaction, id: string): Promise<ProviderKey> {
    const key = await this.keys.find(tx, id);
    if (key === null) throw notFound();
    return key;
  }

  private async record(
    tx: WorkspaceTransaction,
    actor: Actor,
    action: AuditAction,
    id: string | null,
    details: AuditRecord['details'],
  ): Promise<void> {
    const target = id === null ? undefined : { kind: 'provider_key', id };
    await this.audit.record(tx, { workspaceId: tx.workspaceId, actor: auditActorOf(actor), action, target, details });
  }
}

function lastFourOf(apiKey: string): string {
  return apiKey.slice(-4);
}

function notFound(): FieldError {
  return new FieldError(providerKeyErrors.provider_key_not_found, providerKeyErrors.provider_key_not_found.example);
}

/** @throws FieldError provider_unavailable when the provider did not say */
function verdictOf(provider: string, check: KeyCheck): Verdict {
  if (check.outcome !== 'not_checkable') return { provider, ...check };
  throw new FieldError(
    providerKeyErrors.provider_unavailable,
    `The key could not be checked: ${provider} ${check.reason} (${check.code}). Nothing was changed. Try again later.`,
    { retryAfterSeconds: check.retryAfterSeconds ?? ASK_AGAIN_SECONDS },
  );
}

function refuseUnlessGood(provider: string, check: KeyCheck): void {
  const verdict = verdictOf(provider, check);
  if (verdict.outcome === 'good') return;
  throw new FieldError(
    providerKeyErrors.provider_key_refused,
    `${provider} ${verdict.reason} (${verdict.code}). Nothing was changed. Check the key at the provider and send it again.`,
  );
}
