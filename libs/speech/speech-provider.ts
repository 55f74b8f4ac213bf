import type { JsonValue, KeyCheck } from '#provider-calls';

export type { KeyCheck };

/** Who turns speech into text. The order is the order of preference when nothing is configured by name. */
export const PROVIDER_IDS = ['openai', 'groq', 'gemini', 'elevenlabs', 'openrouter', 'huggingface', 'local'] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];

/** Those that want a key, and so take a workspace's own. */
export const KEYED_PROVIDER_IDS = [
  'openai',
  'groq',
  'gemini',
  'elevenlabs',
  'openrouter',
  'huggingface',
] as const satisfies readonly ProviderId[];
export type KeyedProviderId = (typeof KEYED_PROVIDER_IDS)[number];

/** One chunk on disk: a 16 kHz mono s16le WAV file. Adapters open it as a file-backed Blob, so memory stays flat. */
export interface ChunkAudio {
  path: string;
  seconds: number;
  bytes: number;
}

/** A short recording in memory, as it came: in a format the model takes. Engines of this machine take files only. */
export interface HeldAudio {
  /** Piece by piece. */
  content: readonly Uint8Array<ArrayBuffer>[];
  /** Tells those who go by names what it is. */
  extension: string;
  contentType: string;
  seconds: number;
  bytes: number;
}

/** One call for one chunk. */
export interface SpeechRequest {
  audio: ChunkAudio | HeldAudio;
  /** A workspace's own key; not set: the installation's. Kept no longer than the call. */
  apiKey?: string;
  /** Id of one of the provider's models. */
  model: string;
  /** ISO-639-1; not set: the model detects it. */
  language?: string;
  /** Names and spelling to expect, or the words before this chunk. Models that take none leave it out with a warning. */
  prompt?: string;
  /** 0 to 1. */
  temperature?: number;
  /** Whether word times are worth their latency; given only by models whose `timestamps` is 'word'. */
  wordTimestamps: boolean;
  diarize?: boolean;
  /** Whether to write English, whatever is spoken; given only to models whose `translation` is set. */
  translate?: boolean;
  /** Whether to tell how sure it is of each token; given only to models whose `logProbabilities` is set. */
  logProbabilities?: boolean;
  /** Aborting rejects the call with the signal's reason and ends the connection or the process behind it. */
  signal: AbortSignal;
}

/** A stretch of speech; seconds from the start of the chunk. */
export interface SpeechSegment {
  start: number;
  end: number;
  text: string;
  /** The provider's own label, valid within this chunk only. */
  speaker?: string;
  /** 0 to 1. */
  confidence?: number;
}

/** A word; seconds from the start of the chunk. */
export interface SpeechWord {
  start: number;
  end: number;
  text: string;
  /** 0 to 1. */
  confidence?: number;
}

/** A token of the text. */
export interface SpeechToken {
  text: string;
  /** Natural logarithm of how sure the model is of it. */
  logProbability: number;
  /** The token in UTF-8, which may be a part of a character. */
  bytes: number[];
}

/** What the provider says it counted. */
export interface SpeechUsage {
  seconds?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** Millionths of a US dollar that it takes for the call, where it says so: better than any price table. */
  costMicroDollars?: number;
}

/** What a provider heard in one chunk. */
export interface SpeechResult {
  text: string;
  /** ISO-639-1, when the provider says. */
  language?: string;
  /** Rising and inside the chunk. */
  segments: SpeechSegment[];
  words?: SpeechWord[];
  /** When they were asked for. */
  tokens?: SpeechToken[];
  /** `provider`: aligned by a speech model; `model`: written by a language model, so only roughly right; `none`: one segment over all. */
  timestampSource: 'provider' | 'model' | 'none';
  providerRequestId?: string;
  usage?: SpeechUsage;
  /** The provider's answer as received. */
  raw: JsonValue;
  /** Codes followed by a sentence, as in `low_accuracy: …`. */
  warnings: string[];
}

/** What a model costs; a figure to estimate with, the provider's bill is the truth. */
export interface SpeechPrice {
  /** Millionths of a US dollar for a minute of audio; null when nobody says. */
  microDollarsPerMinute: number | null;
  /** Seconds that a call is billed for at least. */
  leastSeconds?: number;
  source: string;
  /** When it was read, YYYY-MM or YYYY-MM-DD. */
  date: string;
}

/** A model's capabilities as data, so that choosing and cutting need no `if` per vendor. */
export interface SpeechModel {
  id: string;
  /** File formats it takes, by extension. */
  formats: readonly string[];
  /** Largest audio file it takes. */
  maxBytes: number;
  /** Longest audio it takes. */
  maxSeconds: number;
  /** Chunk length that suits it. */
  preferredSeconds: number;
  /** The finest times it gives. */
  timestamps: 'word' | 'segment' | 'none';
  diarization: boolean;
  /** ISO-639-1 codes, or 'multilingual' for Whisper's hundred or more. */
  languages: 'multilingual' | readonly string[];
  /** Set when it can write English whatever is spoken. */
  translation?: true;
  /** Set when it can tell how sure it is of each token. */
  logProbabilities?: true;
  /** Set when its text is only fit to try things out with. */
  lowAccuracy?: true;
  /** 1: its vendor puts it above Whisper's large-v3. 2, also when not set: about as good. 3: a smaller or older sibling of such a one. */
  accuracy?: 1 | 2 | 3;
  /** Chunks it can work on at once in this process; not set: the provider's rate limits are the only bound. */
  parallel?: number;
  price: SpeechPrice;
}

/** The port every engine is behind. Adapters make one attempt: retries, backoff and failover belong to the caller. */
export interface SpeechProvider {
  readonly id: ProviderId;
  /** Whether it works without a workspace's own key: the installation has one, or none is wanted. */
  readonly configured: boolean;
  /** The first one is the default. */
  readonly models: readonly SpeechModel[];
  /**
   * Turns one chunk into text.
   * @throws ProviderError whatever goes wrong with the provider
   * @throws the signal's reason once it is aborted
   */
  transcribe(request: SpeechRequest): Promise<SpeechResult>;
  /**
   * Asks the provider whether it takes a key, by a call that costs nothing. There for those that want keys.
   * @throws the signal's reason once it is aborted
   */
  checkKey?(apiKey: string, signal: AbortSignal): Promise<KeyCheck>;
  /** Gives back connections and models held in memory. */
  close(): Promise<void>;
}
