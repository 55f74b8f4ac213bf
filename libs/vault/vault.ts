import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { Database, type Transaction } from '#database';
import { type MasterKey, masterKeys } from './master-keys.js';
import { open, seal, SealBroken } from './sealed-box.js';
import { type SealedKey, WorkspaceKeysRepository } from './workspace-keys.repository.js';

/** The place of a secret in the database. What is sealed for one place opens at no other. */
export interface SealedPlace {
  table: string;
  column: string;
  /** Primary key. */
  row: string;
}

/** First byte of everything sealed. */
const VERSION = 1;
const KEY_BYTES = 32;
/** Rows re-sealed in one transaction. */
const BATCH = 200;

/**
 * Keeps secrets in the database so that its backup does not give them away: each workspace has a key of its own, which a master key
 * from the configuration seals. Changing the master key re-seals those keys alone.
 */
@Injectable()
export class Vault implements OnModuleInit {
  private readonly masterKeys: MasterKey[];

  constructor(
    private readonly database: Database,
    private readonly keys: WorkspaceKeysRepository,
    config: Config,
  ) {
    this.masterKeys = masterKeys([config.vault.masterKey, ...config.vault.previousMasterKeys]);
  }

  /** Refuses to start without a key that rows are sealed with: their secrets would seem lost one by one. */
  async onModuleInit(): Promise<void> {
    const used = await this.database.asSystem((tx) => this.keys.masterKeysInUse(tx));
    const missing = used.filter((id) => !this.masterKeys.some((key) => key.id === id));
    if (missing.length > 0)
      throw new Error(
        `Secrets in the database are sealed with a master key that is not configured (its id is ${missing.join(', ')}). ` +
          'Set MASTER_KEY back to what it was, or add the old one to MASTER_KEYS_PREVIOUS and run: npm run rotate-master-key',
      );
  }

  /**
   * Seals a text for one place.
   * @param tx of that workspace, or of the system
   */
  async seal(tx: Transaction, workspaceId: string, place: SealedPlace, plaintext: string): Promise<Buffer> {
    const key = (await this.keys.find(tx, workspaceId)) ?? (await this.makeKey(tx, workspaceId));
    const box = seal(this.unseal(key), nameOf(workspaceId, place), Buffer.from(plaintext));
    return Buffer.concat([Buffer.from([VERSION]), box]);
  }

  /**
   * Opens what `seal` gave for the same workspace and place.
   * @throws SealBroken
   */
  async open(tx: Transaction, workspaceId: string, place: SealedPlace, sealed: Buffer): Promise<string> {
    const key = await this.keys.find(tx, workspaceId);
    if (key === null || sealed[0] !== VERSION) throw new SealBroken();
    return open(this.unseal(key), nameOf(workspaceId, place), sealed.subarray(1)).toString();
  }

  /**
   * Seals the workspaces' keys anew with the master key in force. Can be stopped at any moment and run again: it goes on where it was.
   * @param progress called after each batch with how many are done
   * @returns how many keys were re-sealed
   */
  async resealKeys(progress: (done: number) => void = () => undefined): Promise<number> {
    const [current] = this.masterKeys;
    if (current === undefined) throw new Error('There is always a master key.');
    for (let done = 0; ; progress(done)) {
      const count = await this.database.asSystem(async (tx) => {
        const outdated = await this.keys.lockOutdated(tx, current.id, BATCH);
        for (const key of outdated)
          await this.keys.replace(tx, key.id, current.id, seal(current.key, nameOfKey(key), this.unseal(key)));
        return outdated.length;
      });
      if (count === 0) return done;
      done += count;
    }
  }

  private async makeKey(tx: Transaction, workspaceId: string): Promise<SealedKey> {
    const [current] = this.masterKeys;
    if (current === undefined) throw new Error('There is always a master key.');
    const row = { id: uuidv7(), workspaceId, masterKeyId: current.id };
    await this.keys.insertFirst(tx, { ...row, sealed: seal(current.key, nameOfKey(row), randomBytes(KEY_BYTES)) });
    const key = await this.keys.find(tx, workspaceId);
    if (key === null) throw new Error(`The key of workspace ${workspaceId} was not written.`);
    return key;
  }

  private unseal(row: SealedKey): Buffer {
    const master = this.masterKeys.find(({ id }) => id === row.masterKeyId);
    if (master === undefined) throw new SealBroken();
    return open(master.key, nameOfKey(row), row.sealed);
  }
}

function nameOf(workspaceId: string, { table, column, row }: SealedPlace): string {
  return `v1|${workspaceId}|${table}|${column}|${row}`;
}

function nameOfKey({ id, workspaceId }: { id: string; workspaceId: string }): string {
  return nameOf(workspaceId, { table: 'workspace_keys', column: 'sealed', row: id });
}
