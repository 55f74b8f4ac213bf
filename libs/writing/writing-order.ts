import type { WorkspaceTransaction } from '#database';
import type { LanguageMessage, LanguageUsage, LanguageWish } from '#language-models';
import type { JsonValue } from '#provider-calls';

/** What is to be written, and for whom. */
export interface WritingOrder {
  workspaceId: string;
  /** What it is written for; usage is kept under it. */
  subjectId: string;
  /** Who ordered it, and with which API key; null: nobody any more, in person. */
  userId: string | null;
  apiKeyId: string | null;
  /** Names who writes, or leaves that to Steno: then another does while that one cannot. */
  wish?: LanguageWish;
  messages: readonly LanguageMessage[];
  /** The most it may write, its thoughts included. */
  maxOutputTokens?: number;
  /** 0 to 2. */
  temperature?: number;
  /** Aborting rejects with the signal's reason and ends the call. */
  signal: AbortSignal;
  /** Told of each call in the transaction that writes it down, for what a room keeps of it besides. */
  record?: (tx: WorkspaceTransaction, call: WrittenCall) => Promise<void>;
}

/** One call to a language model, however it ended. */
export interface WrittenCall {
  id: string;
  provider: string;
  model: string;
  outcome: 'answered' | 'failed';
  /** The provider error's kind, or `cancelled`, when it failed. */
  errorKind: string | null;
  providerRequestId: string | null;
  latencyMs: number;
  /** As the provider counted; null when it did not say. */
  usage: LanguageUsage | null;
  /** Millionths of a dollar; null where nobody knows, and of failed calls of which nobody says that they cost something. */
  costMicroDollars: string | null;
  /** The workspace's own key. */
  providerKeyId: string | null;
  /** Or the installation's, by its public id. */
  installationKeyId: string | null;
}

/** Whole text, and the calls it took. */
export interface Written {
  text: string;
  provider: string;
  /** In the provider's words. */
  model: string;
  calls: readonly WrittenCall[];
}

/** A value of the shape asked for, and the calls it took. */
export interface WrittenValue {
  value: JsonValue;
  provider: string;
  model: string;
  calls: readonly WrittenCall[];
}
