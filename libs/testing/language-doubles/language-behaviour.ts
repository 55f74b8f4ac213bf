/** How a double of a language model answers one call. */
export type LanguageMode =
  | 'ok'
  | 'keep_alives'
  | 'unauthorized'
  | 'rate_limited'
  | 'no_credit'
  | 'server_error'
  | 'bad_request'
  | 'too_long'
  | 'blocked'
  | 'truncated'
  | 'error_in_band'
  | 'hang'
  | 'stalled'
  | 'hang_up'
  | 'cut_off'
  | 'no_end'
  | 'html'
  | 'empty'
  | 'wrong_shape'
  | 'endless'
  | 'redirect';

/** One scripted answer. */
export interface LanguageBehaviour {
  mode: LanguageMode;
  /** What it writes, instead of counting to six. */
  text?: string;
  /** For `rate_limited`: the seconds to wait, 7 when not set. */
  retryAfter?: string;
  /** It says nothing of what it counted. */
  withoutUsage?: boolean;
}

/** Why the model stopped. */
export type Finish = 'stop' | 'truncated' | 'blocked';

/** A call, as the vendor's API has it. */
export interface LanguageCall {
  model: string;
  streamed: boolean;
  body: unknown;
  /** What is wrong with it by the vendor's own document. */
  problems: string[];
}

/** An answer of a double that is not written by a model. */
export interface PlainAnswer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** What makes a double of one vendor. */
export interface LanguageVendor {
  keyOf(headers: NodeJS.Dict<string | string[]>): string | undefined;
  /** Reads a call for an answer; an answer to any other request of the vendor's API; undefined for what it does not have. */
  read(path: string, body: string): LanguageCall | PlainAnswer | undefined;
  /** The body of an answer; without an end when `finish` is undefined. */
  whole(call: LanguageCall, text: string, finish: Finish | undefined, withUsage: boolean): unknown;
  /** The messages of a stream that brings these pieces; without the last, which ends it, when `finish` is undefined. */
  messages(call: LanguageCall, pieces: string[], finish: Finish | undefined, withUsage: boolean): string[];
  refusal(behaviour: LanguageBehaviour): PlainAnswer | undefined;
  errorInBand: unknown;
}

/** What every double counts, unless it is told to say nothing. */
export const DOUBLE_USAGE = { input: 1_000, output: 60, cached: 400 };
