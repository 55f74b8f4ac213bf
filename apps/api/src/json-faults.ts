const DEEPEST = 32;
const MOST_VALUES = 10_000;

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const OPENING_BRACE = '{'.charCodeAt(0);
const CLOSING_BRACE = '}'.charCodeAt(0);
const OPENING_BRACKET = '['.charCodeAt(0);
const CLOSING_BRACKET = ']'.charCodeAt(0);

/** An object or list that is not closed yet. A list has no keys. */
interface Container {
  keys?: Set<string>;
  /** The key whose value comes next or is being read. */
  key?: string;
  /** Whether the next text is a key. */
  expectsKey: boolean;
}

/**
 * Looks at a JSON text before it is parsed, in one pass and with little memory: the parser would build whatever it holds, block
 * everybody else for as long as that takes, and keep the last of two values with the same name without a word. Texts that are no
 * JSON may pass; the parser refuses them.
 * @returns what is wrong, as the beginning of a sentence; null when it may be parsed
 */
export function faultInJson(text: string): string | null {
  const open: Container[] = [];
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const top = open.at(-1);
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        const fault = top?.expectsKey === true ? faultInKey(keyOf(text.slice(at, end + 1)), top, open.at(-2)) : null;
        if (fault !== null) return fault;
        at = end;
        break;
      }
      case OPENING_BRACE:
      case OPENING_BRACKET:
        if (open.length === DEEPEST) return `The body is nested deeper than ${DEEPEST} levels`;
        if ((values += 1) > MOST_VALUES) return tooMany();
        open.push(text.charCodeAt(at) === OPENING_BRACE ? { keys: new Set(), expectsKey: true } : { expectsKey: false });
        break;
      case COMMA:
        if ((values += 1) > MOST_VALUES) return tooMany();
        if (top?.keys !== undefined) top.expectsKey = true;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        open.pop();
        break;
      default:
    }
  }
  return null;
}

/** Takes note of a key; names that reach the prototype of every object are refused, whatever would become of them. */
function faultInKey(key: string, object: Container, parent: Container | undefined): string | null {
  object.expectsKey = false;
  object.key = key;
  if (key === '__proto__' || (key === 'prototype' && parent?.key === 'constructor')) return `The body has a field named ${key}`;
  if (object.keys?.has(key) === true) return `The body has the field ${JSON.stringify(key.slice(0, 50))} twice in one object`;
  object.keys?.add(key);
  return null;
}

/** Where the string that starts at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** The key behind its notation: `"\u005f"` and `"_"` are the same. */
function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted; // no JSON; the parser will say so
  }
}

function tooMany(): string {
  return `The body holds more than ${MOST_VALUES} values`;
}
