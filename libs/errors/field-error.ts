import type { ErrorKind } from './kinds.js';

/** One entry of a room's closed list of errors: the stable code, what kind it is, its title and a sentence for the documentation. */
export interface ErrorDefinition<Code extends string = string> {
  /** Stable, snake_case; clients branch on it. */
  readonly code: Code;
  readonly kind: ErrorKind;
  /** Constant per code (RFC 9457 §3.1.3). */
  readonly title: string;
  /** A `detail` as a caller would see it: what was wrong and what to do. Shown in the OpenAPI document. */
  readonly example: string;
}

/** One wrong field of a request; `path` is dotted, as in `options.language` or `speakers.0.name`. */
export interface Violation {
  path: string;
  message: string;
  code: string;
}

interface FieldErrorOptions {
  cause?: unknown;
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** The wrong fields, for validation errors. */
  violations?: Violation[];
  /** Further members of the problem document, e.g. `{ limit: 500, used: 500 }`. Never secrets. */
  members?: Record<string, string | number | boolean | null | string[]>;
}

/** An error of the field: thrown by rooms, turned into problem+json by the one filter, into job outcomes by the dispatcher. */
export class FieldError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly retryAfterSeconds?: number;
  readonly violations?: Violation[];
  readonly members: NonNullable<FieldErrorOptions['members']>;

  /**
   * @param definition entry of the room's error list
   * @param detail a sentence that says what was wrong and what to do; shown to the caller as it is
   */
  constructor(definition: ErrorDefinition, detail: string, options: FieldErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FieldError';
    this.code = definition.code;
    this.kind = definition.kind;
    this.title = definition.title;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.violations = options.violations;
    this.members = options.members ?? {};
  }
}

/**
 * Declares a room's closed list of errors.
 * @param definitions code → kind, title, example
 * @returns the same list, each entry knowing its own code
 */
export function defineErrors<const T extends Record<string, Omit<ErrorDefinition, 'code'>>>(
  definitions: T,
): { readonly [K in keyof T & string]: ErrorDefinition<K> } {
  return Object.fromEntries(Object.entries(definitions).map(([code, rest]) => [code, { code, ...rest }])) as {
    [K in keyof T & string]: ErrorDefinition<K>;
  };
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
