import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';
import type { Actor } from './actor.js';

/** Reads one kind of bearer token that is not an access token of ours. */
export interface CredentialReader {
  /** By its form alone; nothing is looked up. */
  recognises(token: string): boolean;
  /**
   * @param workspaceId the workspace asked for; null: the token's own
   * @throws FieldError of kind unauthenticated when the token is not good, workspace_not_found when it does not reach that workspace
   */
  actorOf(token: string, workspaceId: string | null): Promise<Actor>;
  /** Ends all tokens of this kind that a user has made, with the caller's transaction, which announces the user. */
  endAllOf?(tx: SystemTransaction, userId: string): Promise<void>;
}

/** The kinds of bearer token beside our own; the rooms that issue or accept them register here. */
@Injectable()
export class Credentials {
  private readonly readers: CredentialReader[] = [];

  register(reader: CredentialReader): void {
    this.readers.push(reader);
  }

  /** Who reads this token; undefined: it must be one of our access tokens. */
  readerOf(token: string): CredentialReader | undefined {
    return this.readers.find((reader) => reader.recognises(token));
  }

  /** Ends all tokens that a user has made, of every kind that can be ended, with the caller's transaction, which announces the user. */
  async endAllOf(tx: SystemTransaction, userId: string): Promise<void> {
    for (const reader of this.readers) await reader.endAllOf?.(tx, userId);
  }
}
