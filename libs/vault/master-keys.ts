import { hkdfSync } from 'node:crypto';
import type { Config } from '#config';

/** A key that seals the workspaces' keys, with the name it is known by in their rows. */
export interface MasterKey {
  id: string;
  key: Buffer;
}

/**
 * The master keys of the configuration.
 * @param secrets the one in force first, then earlier ones
 */
export function masterKeys(secrets: readonly string[]): MasterKey[] {
  return secrets.map((secret) => ({
    id: derive(secret, 'steno master key id v1', 8).toString('hex'),
    key: derive(secret, 'steno master key v1', 32),
  }));
}

/** The names of the master keys that are configured; nothing of the keys can be learnt from them. */
export function masterKeyIds({ vault }: Config): string[] {
  return masterKeys([vault.masterKey, ...vault.previousMasterKeys]).map(({ id }) => id);
}

function derive(secret: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, bytes));
}
