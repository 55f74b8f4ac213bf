import { Transform } from 'class-transformer';

/** What a configuration variable is for; read by the start (help), `.env.example` and docs/env-variables.md. */
export interface VariableDescription {
  /** The heading it stands under. */
  group:
    | 'Process'
    | 'Database'
    | 'Queue'
    | 'Objects'
    | 'Identity'
    | 'Mail'
    | 'Sign-in'
    | 'Recordings'
    | 'Outgoing'
    | 'Speech'
    | 'Language models'
    | 'Worker'
    | 'Quotas'
    | 'Logs'
    | 'Metrics and traces';
  /** One or two sentences: what it does, units, and what happens when it is not set. */
  description: string;
  /** Shown in the documentation when it is not set; the value itself comes from the class. */
  default?: string;
  /** A secret is never printed, and a placeholder value is refused in production. */
  secret?: boolean;
  readBy: 'api' | 'worker' | 'both';
}

type ValueKind = 'text' | 'integer' | 'number' | 'boolean' | 'list';

const DESCRIPTIONS = new Map<string, VariableDescription>();

/** Reads what the shell gave (always text; an empty text counts as not set) as the kind of value the field holds. */
function parse(kind: ValueKind, raw: unknown): unknown {
  if (typeof raw !== 'string') return raw;
  const text = raw.trim();
  if (text === '') return undefined;
  if (kind === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (kind === 'number') return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (kind === 'boolean')
    return ({ true: true, '1': true, false: false, '0': false } as Record<string, boolean>)[text.toLowerCase()] ?? text;
  if (kind === 'list') return listOf(text);
  return text;
}

/** A list of nothing counts as not set, too: `WORKER_JOBS=,` must not make a worker that takes no job. */
function listOf(text: string): string[] | undefined {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
  return items.length === 0 ? undefined : items;
}

/**
 * Declares a field of the environment class as a configuration variable.
 * @param kind how the text of the environment is read
 */
export function Variable(kind: ValueKind, description: VariableDescription): PropertyDecorator {
  return (target, property) => {
    DESCRIPTIONS.set(String(property), description);
    Transform(({ value }) => parse(kind, value))(target, property);
  };
}

/** Every declared variable, in the order of declaration. */
export function describedVariables(): ReadonlyMap<string, VariableDescription> {
  return DESCRIPTIONS;
}
