/** What a fact can be: a number, a short word, an id; null where there may be none. */
export type FactValue = string | number | null;

/** A fact as an event carries it, and as the OpenAPI document describes it (JSON Schema 2020-12). */
export interface Fact<Value extends FactValue> {
  type: 'string' | 'number' | 'integer' | ['string' | 'number' | 'integer', 'null'];
  format?: 'uuid';
  enum?: readonly Value[];
  description: string;
  example: Value;
}

/** Names a row to be asked for. */
export function id(description: string, example: string): Fact<string> {
  return { type: 'string', format: 'uuid', description, example };
}

export function integer(description: string, example: number): Fact<number> {
  return { type: 'integer', description, example };
}

export function number(description: string, example: number): Fact<number> {
  return { type: 'number', description, example };
}

/** A stable word that programs branch on. */
export function code(description: string, example: string): Fact<string> {
  return { type: 'string', description, example };
}

/** One word of a closed list, the first of which is the example. */
export function oneOf<const Word extends string>(description: string, words: readonly [Word, ...Word[]]): Fact<Word> {
  return { type: 'string', enum: words, description, example: words[0] };
}

/** A fact that is not always known. */
export function orNull<Value extends string | number>(fact: Fact<Value>): Fact<Value | null> {
  const { type, description, example } = fact;
  const values = fact.enum === undefined ? {} : { enum: [...fact.enum, null] };
  const format = fact.format === undefined ? {} : { format: fact.format };
  return { type: Array.isArray(type) ? type : [type, 'null'], ...format, ...values, description, example };
}
