import { Injectable } from '@nestjs/common';
import type { WebhookEndpoint, WorkspaceTransaction } from '#database';
import { type SealedPlace, Vault } from '#vault';

/** What of an endpoint is kept sealed. */
export interface EndpointSecrets {
  url: string;
  secret: string;
  /** Signs, too, until the time in the endpoint's row. */
  previousSecret?: string;
}

/** Seals the address and the signing secrets of endpoints, and opens them. */
@Injectable()
export class EndpointVault {
  constructor(private readonly vault: Vault) {}

  /** For the row of that id. */
  async seal(tx: WorkspaceTransaction, id: string, secrets: EndpointSecrets): Promise<Buffer> {
    return this.vault.seal(tx, tx.workspaceId, placeOf(id), JSON.stringify(secrets));
  }

  /** Just before they are needed, and dropped after it. */
  async open(tx: WorkspaceTransaction, { id, sealed }: Pick<WebhookEndpoint, 'id' | 'sealed'>): Promise<EndpointSecrets> {
    return JSON.parse(await this.vault.open(tx, tx.workspaceId, placeOf(id), sealed)) as EndpointSecrets;
  }
}

function placeOf(row: string): SealedPlace {
  return { table: 'webhook_endpoints', column: 'sealed', row };
}
