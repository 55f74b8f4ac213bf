import type { JsonObject, KeyCheck } from '#provider-calls';

/** Who writes text. The order is the order of preference when nothing is configured by name. */
export const LANGUAGE_PROVIDER_IDS = ['openai', 'groq', 'gemini', 'openrouter', 'deepseek', 'huggingface'] as const;
export type LanguageProviderId = (typeof LANGUAGE_PROVIDER_IDS)[number];

/** One turn of what the model is to read. */
export interface LanguageMessage {
  /** `system`: what we want of it; `user`: what it is asked about; `assistant`: what it answered before. */
  role: 'system' | 'user' | 'assistant';
  text: string;
}

/** The shape an answer is to have. */
export interface AnswerSchema {
  /** What the answer is, for the model: letters, digits, _ and -, 64 at most. */
  name: string;
  /** JSON Schema (draft 2020-12), with an object at the top. */
  schema: JsonObject;
}

/** One call. */
export interface LanguageRequest {
  /** Id of one of the provider's models. */
  model: string;
  messages: readonly LanguageMessage[];
  /** The model is asked for JSON of this shape. Whether its answer has it is not looked at here: see `answerOfShape`. */
  schema?: AnswerSchema;
  /** The most it may write, its thoughts included. */
  maxOutputTokens?: number;
  /** 0 to 2. Models that take none leave it out. */
  temperature?: number;
  /** A workspace's own key; not set: the installation's. Kept no longer than the call. */
  apiKey?: string;
  /** Aborting rejects the call with the signal's reason and ends the connection. */
  signal: AbortSignal;
}

/** What the provider says it counted, and so bills. */
export interface LanguageUsage {
  inputTokens: number;
  /** Thoughts included. */
  outputTokens: number;
  /** Those of the input that it had read before, at a lower price. */
  cachedInputTokens: number;
}

/** What a call cost, in millionths of a US dollar. */
export interface LanguageCost {
  /** Rounded up; null when neither the provider nor the price table says. Unknown is not free. */
  microDollars: number | null;
  /** Who says so: the provider with its answer, or our table of prices. */
  source: 'provider' | 'prices' | 'unknown';
}

/** What a model wrote, complete: an answer that was cut off or refused is an error. */
export interface LanguageAnswer {
  text: string;
  /** The model that wrote it, in the provider's words; a router's choice may differ from what was asked for. */
  model: string;
  /** Not set when the provider does not say. */
  usage?: LanguageUsage;
  cost: LanguageCost;
  providerRequestId?: string;
}

/** What a stream brings: text, and at its very end the whole answer. A stream without an end throws instead. */
export type LanguagePiece = { kind: 'text'; text: string } | { kind: 'end'; answer: LanguageAnswer };

/** How many tokens a text is. */
export interface TokenCount {
  tokens: number;
  /** Whether it is counted as the model counts. */
  exact: boolean;
  /** What counted: `o200k_base`, `countTokens of gemini`, `estimate: …`. */
  method: string;
}

/** What a model costs; a figure to estimate with, the provider's bill is the truth. Millionths of a US dollar for a million tokens. */
export interface LanguagePrice {
  /** Null when nobody says. */
  input: number | null;
  output: number | null;
  /** For input it has read before; null: as any other. */
  cachedInput: number | null;
  source: string;
  /** When it was read, YYYY-MM-DD. */
  date: string;
}

/** A model's capabilities as data, so that choosing and asking need no `if` per vendor. */
export interface LanguageModel {
  id: string;
  /** The most it reads, what it writes included where the vendor counts both; null when nobody says. */
  contextTokens: number | null;
  maxOutputTokens: number | null;
  /** `schema`: it is held to a JSON schema; `json`: to JSON of any shape, the schema stands in the prompt. */
  structuredOutput: 'schema' | 'json';
  streaming: boolean;
  /** Whether a temperature may be asked for; the reasoning models refuse a request that has one. */
  temperature: boolean;
  /** What it counts tokens with, when that can be had here. */
  tokenizer: 'o200k_base' | null;
  price: LanguagePrice;
}

/** The port every language model is behind. Adapters make one attempt: retries, backoff and failover belong to the caller. */
export interface LanguageProvider {
  readonly id: LanguageProviderId;
  /** Whether it works without a workspace's own key. */
  readonly configured: boolean;
  /** The first one is the default. */
  readonly models: readonly LanguageModel[];
  /**
   * Has an answer written.
   * @throws ProviderError whatever goes wrong with the provider: `too_large` with the code `output_truncated` when it was cut off,
   * `blocked` when it was refused
   * @throws the signal's reason once it is aborted
   */
  answer(request: LanguageRequest): Promise<LanguageAnswer>;
  /**
   * The same piece by piece. Whoever takes no more of it ends the call.
   * @throws as `answer`, also after pieces have come: they are no answer then
   */
  stream(request: LanguageRequest): AsyncIterable<LanguagePiece>;
  /**
   * Counts a text as the model does, or says that it only estimates.
   * @throws ProviderError where the provider is asked for it
   */
  countTokens(request: Pick<LanguageRequest, 'model' | 'apiKey' | 'signal'> & { text: string }): Promise<TokenCount>;
  /**
   * Whether the vendor takes a key; only of those whose list of models is for owners of keys.
   * @throws the signal's reason once it is aborted
   */
  checkKey?(apiKey: string, signal: AbortSignal): Promise<KeyCheck>;
  /** Gives back its connections. */
  close(): Promise<void>;
}
