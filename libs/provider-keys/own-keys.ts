import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import type { VendorId } from '#config';
import type { Database, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import {
  type MeasuredSpeed,
  type ProviderId,
  type SpeechChoice,
  type SpeechProvider,
  SpeechRegistry,
  type SpeechWish,
} from '#speech';
import { Vault } from '#vault';
import { KeyUsageRepository, type KeyUse } from './key-usage.repository.js';
import { OwnKey } from './own-key.js';
import { providerKeyErrors } from './provider-keys.errors.js';
import { ProviderKeysRepository, type SealedProviderKey } from './provider-keys.repository.js';
import { placeOf } from './sealed-place.js';

const HELD = `SELECT DISTINCT provider FROM provider_keys WHERE workspace_id = $1 AND status <> 'disabled'`;

/**
 * The keys a workspace brings, for whoever has work done with them. A workspace's own key goes before the installation's. One that
 * its provider refused is not passed over for the installation's: whose bill it is, its owner decides.
 */
@Injectable()
export class OwnKeys {
  constructor(
    private readonly keys: ProviderKeysRepository,
    private readonly usage: KeyUsageRepository,
    private readonly vault: Vault,
    private readonly speech: SpeechRegistry,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Decides who transcribes for the transaction's workspace.
   * @param speedOf what the policy `fastest` goes by
   * @throws FieldError of `speechErrors` when nobody can do what is wished; provider_key_rejected
   */
  async choose(tx: WorkspaceTransaction, wish: SpeechWish, speedOf?: MeasuredSpeed): Promise<SpeechChoice> {
    const own = new Set((await this.held(tx)).keys());
    const choice = this.speech.choose(wish, own, speedOf);
    if (own.has(choice.provider.id)) await this.refuseRejected(tx, choice.provider.id);
    return choice;
  }

  /** @throws FieldError provider_key_rejected when the provider refuses the key of the transaction's workspace */
  async refuseRejected(tx: WorkspaceTransaction, provider: ProviderId): Promise<void> {
    refuseRejected(await this.keys.findFirst(tx, provider));
  }

  /** Every provider the transaction's workspace can use, by its own key or the installation's. */
  async available(tx: WorkspaceTransaction): Promise<readonly SpeechProvider[]> {
    return this.speech.list(new Set((await this.held(tx)).keys()));
  }

  /**
   * The providers the transaction's workspace has keys of its own for, the disabled ones left out.
   * @returns whether one of a provider's is active; without one they were all refused
   */
  async held(tx: WorkspaceTransaction): Promise<ReadonlyMap<string, { isActive: boolean }>> {
    return this.keys.providers(tx);
  }

  /** As `held`, in one round trip of its own: the providers alone. */
  async heldBy(database: Database, workspaceId: string): Promise<ReadonlySet<ProviderId>> {
    const rows = await database.readInWorkspace<{ provider: ProviderId }>(workspaceId, HELD, [workspaceId]);
    return new Set(rows.map(({ provider }) => provider));
  }

  /**
   * Opens the key to call a provider with. Just before the call, and dropped after it.
   * @returns null when the workspace has none: the installation's is meant
   * @throws FieldError provider_key_rejected
   */
  async open(tx: WorkspaceTransaction, provider: ProviderId | VendorId): Promise<OwnKey | null> {
    const key = await this.keys.findFirst(tx, provider);
    if (key === null) return null;
    refuseRejected(key);
    const { id, lastFour, sealed } = key;
    return new OwnKey(id, lastFour, sealed, await this.vault.open(tx, tx.workspaceId, placeOf(id), sealed));
  }

  /**
   * Writes down that its provider refused a key, so that it is not used again.
   * @param code the provider's word for it
   * @returns what the refusal means for the work: it is lost, or to be done again because the key is another by now
   */
  async reject(tx: WorkspaceTransaction, provider: ProviderId | VendorId, key: OwnKey, code: string): Promise<FieldError> {
    const { id, lastFour } = key;
    const before = await this.keys.reject(tx, key, code);
    if (before === null)
      return new FieldError(
        providerKeyErrors.provider_key_replaced,
        `The workspace's own key of ${provider} was changed while a call with it ran; the part is tried again.`,
      );
    if (before === 'active')
      await this.audit.record(tx, {
        workspaceId: tx.workspaceId,
        actor: { kind: 'system' },
        action: 'provider_key.rejected',
        target: { kind: 'provider_key', id },
        details: { provider, lastFour, code },
      });
    return keyRejected(provider, { id, lastFour });
  }

  /** Counts a call with a key. Belongs at the end of its transaction. */
  async count(tx: WorkspaceTransaction, keyId: string, use: KeyUse): Promise<void> {
    await this.usage.count(tx, keyId, use);
  }
}

function refuseRejected(key: SealedProviderKey | null): void {
  if (key?.status === 'rejected') throw keyRejected(key.provider, key);
}

function keyRejected(provider: string, { id, lastFour }: { id: string; lastFour: string }): FieldError {
  return new FieldError(
    providerKeyErrors.provider_key_rejected,
    `${provider} refuses the workspace's own key that ends in ${lastFour}. An admin replaces it with POST /api/v1/provider-keys/${id}/rotate, or disables or deletes it; then order again.`,
  );
}
