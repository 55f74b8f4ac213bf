/** A part of an OpenAPI 3.1 document. */
export type Json = { readonly [key: string]: unknown };

/** Which way what a schema describes goes: clients send a request, and read a response. */
export type Direction = 'request' | 'response';

/** Limits that are tighter when they are lower, and those that are when they are higher. */
const MOST = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'exclusiveMaximum'];
const LEAST = ['minimum', 'minLength', 'minItems', 'minProperties', 'exclusiveMinimum'];

/** A document whose schemas are compared, with what its references mean. */
export class SchemaSource {
  readonly document: Json;

  constructor(document: object) {
    this.document = document as Json;
  }

  /** What a `$ref` points at; anything else as it is. A reference that leads nowhere gives an empty object. */
  resolve(value: Json): Json {
    if (typeof value.$ref !== 'string') return value;
    const steps = value.$ref.replace(/^#\//, '').split('/');
    const found = steps.reduce<Json>((at, step) => asJson(at[step.replaceAll('~1', '/').replaceAll('~0', '~')]), this.document);
    return this.resolve(found);
  }

  /** A schema with all its parts in one: those of `allOf` are put together. */
  whole(given: Json): Json {
    const schema = this.resolve(given);
    if (!Array.isArray(schema.allOf)) return schema;
    const parts = [...asList(schema.allOf).map((part) => this.whole(asJson(part))), { ...schema, allOf: undefined }];
    const properties = Object.assign({}, ...parts.map((part) => asJson(part.properties))) as Json;
    const required = parts.flatMap((part) => asList(part.required));
    return { ...(Object.assign({}, ...parts) as Json), allOf: undefined, properties, required };
  }
}

/**
 * What a client written for one schema would stumble over in another.
 * @param where stands at the beginning of every sentence
 */
export function schemaBreaks(
  where: string,
  before: Json,
  after: Json,
  direction: Direction,
  from: SchemaSource,
  to: SchemaSource,
): string[] {
  return compare({ direction, from, to, seen: [] }, where, before, after);
}

interface Comparison {
  direction: Direction;
  from: SchemaSource;
  to: SchemaSource;
  /** The pairs on the way here: schemas may hold themselves. */
  seen: readonly (readonly [Json, Json])[];
}

function compare(comparison: Comparison, where: string, before: Json, after: Json): string[] {
  const { from, to, seen } = comparison;
  const [was, is] = [from.resolve(before), to.resolve(after)];
  if (seen.some(([one, other]) => one === was && other === is)) return [];
  const deeper = { ...comparison, seen: [...seen, [was, is] as const] };
  const [known, now] = [from.whole(was), to.whole(is)];
  const choice = alternativesOf(now);
  if (choice.length > 0 && alternativesOf(known).length === 0) {
    const each = choice.map((alternative) => compare(deeper, where, known, alternative));
    // An answer may be any of them; a request is taken when one of them fits.
    return comparison.direction === 'response' ? each.flat() : (each.find(({ length }) => length === 0) ?? each.flat());
  }
  return [
    ...typeBreaks(comparison.direction, where, known, now),
    ...wordBreaks(comparison.direction, where, known, now),
    ...(comparison.direction === 'request' ? limitBreaks(where, known, now) : []),
    ...propertyBreaks(deeper, where, known, now),
    ...alternativeBreaks(deeper, where, known, now),
    ...(isJson(known.items) && isJson(now.items) ? compare(deeper, `${where}[]`, known.items, now.items) : []),
    ...(isJson(known.additionalProperties) && isJson(now.additionalProperties)
      ? compare(deeper, `${where}.*`, known.additionalProperties, now.additionalProperties)
      : []),
  ];
}

/** A client may not send any more what it did, or is sent what it has never seen. */
function typeBreaks(direction: Direction, where: string, before: Json, after: Json): string[] {
  const [was, is] = [typesOf(before), typesOf(after)];
  if (was.length === 0 || is.length === 0) return [];
  const fits = (type: string, among: string[]): boolean =>
    among.includes(type) || (type === 'integer' && among.includes('number'));
  const broken = direction === 'request' ? was.filter((type) => !fits(type, is)) : is.filter((type) => !fits(type, was));
  const changed = `${where}: it was ${was.join(' or ')} and is ${is.join(' or ')}.`;
  if (broken.length > 0) return [changed];
  const [formerly, nowadays] = [before.format, after.format];
  const looser = direction === 'request' ? nowadays === undefined : formerly === undefined;
  return formerly === nowadays || looser
    ? []
    : [`${where}: its format was ${inWords(formerly, 'free')} and is ${inWords(nowadays, 'free')}.`];
}

function inWords(value: unknown, missing: string): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : missing;
}

/** New words in answers are none: clients are to take a word they do not know for "something else". */
function wordBreaks(direction: Direction, where: string, before: Json, after: Json): string[] {
  if (direction === 'response') return [];
  const [was, is] = [wordsOf(before), wordsOf(after)];
  if (is === undefined) return [];
  if (was === undefined) return [`${where}: only ${is.map(String).join(', ')} are taken now.`];
  const gone = was.filter((word) => !is.includes(word));
  return gone.map((word) => `${where}: ${JSON.stringify(word)} is not taken any more.`);
}

function limitBreaks(where: string, before: Json, after: Json): string[] {
  const tighter = (key: string, than: (one: number, other: number) => boolean): boolean => {
    const [was, is] = [before[key], after[key]];
    return typeof is === 'number' && (typeof was !== 'number' || than(is, was));
  };
  const limits = [
    ...MOST.filter((key) => tighter(key, (is, was) => is < was)),
    ...LEAST.filter((key) => tighter(key, (is, was) => is > was) && after[key] !== 0),
  ];
  const pattern = after.pattern !== undefined && after.pattern !== before.pattern ? ['pattern'] : [];
  return [...limits, ...pattern].map(
    (key) => `${where}: its ${key} was ${inWords(before[key], 'not limited')} and is ${inWords(after[key], 'not limited')}.`,
  );
}

function propertyBreaks(comparison: Comparison, where: string, before: Json, after: Json): string[] {
  const [known, now] = [asJson(before.properties), asJson(after.properties)];
  const [wasRequired, isRequired] = [asList(before.required), asList(after.required)];
  const same = Object.keys(known).flatMap((name) => {
    const at = `${where} ${name}`;
    // Fields that are not known are refused: not to be read any more is as bad as not to be sent.
    if (now[name] === undefined) return after.additionalProperties === true ? [] : [`${at}: it is gone.`];
    const uncertain = comparison.direction === 'response' && wasRequired.includes(name) && !isRequired.includes(name);
    const sentence = uncertain ? [`${at}: it may be missing now.`] : [];
    return [...sentence, ...compare(comparison, at, asJson(known[name]), asJson(now[name]))];
  });
  if (comparison.direction === 'response') return same;
  const demanded = isRequired.filter((name) => !wasRequired.includes(name));
  return [...same, ...demanded.map((name) => `${where} ${String(name)}: it has to be given now.`)];
}

/** Alternatives with a name are compared with those of the same name, others with those in the same place. */
function alternativeBreaks(comparison: Comparison, where: string, before: Json, after: Json): string[] {
  return ['oneOf', 'anyOf'].flatMap((key) => {
    const [was, is] = [asList(before[key]).map(asJson), asList(after[key]).map(asJson)];
    return was.flatMap((alternative, index) => {
      const same = typeof alternative.$ref === 'string' ? is.find(({ $ref }) => $ref === alternative.$ref) : is[index];
      if (same !== undefined) return compare(comparison, where, alternative, same);
      if (comparison.direction === 'response') return [];
      return [`${where}: ${nameOf(alternative, index)} is not taken any more.`];
    });
  });
}

function alternativesOf({ oneOf, anyOf }: Json): Json[] {
  return [...asList(oneOf), ...asList(anyOf)].map(asJson);
}

function nameOf({ $ref, title }: Json, index: number): string {
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? $ref;
  return typeof title === 'string' ? title : `alternative ${index + 1}`;
}

function typesOf({ type }: Json): string[] {
  return (Array.isArray(type) ? type : [type]).filter((each): each is string => typeof each === 'string');
}

function wordsOf(schema: Json): readonly unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
