/** The parts of an OpenAPI 3.1 document that the rules look at. */
type Json = { readonly [key: string]: unknown };

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/** Keys any of which says what a value may be. A schema with none of them (a description alone) accepts anything: it is empty. */
const SHAPES = ['$ref', 'allOf', 'oneOf', 'anyOf', 'enum', 'const', 'not', 'additionalProperties', 'items', 'format'];

/**
 * What an OpenAPI document leaves unsaid: an operation without id, summary, tag, security (`[{}]` or `[]` for a public one) or example of its
 * success and of every error, and a schema that accepts anything.
 * @returns one sentence for each gap, starting with where it is
 */
export function openApiProblems(document: object): string[] {
  const reader = new DocumentReader(document as Json);
  const operations = reader.operations();
  const ids = Map.groupBy(operations, ({ operation }) => operation.operationId);
  const doubled = [...ids].filter(([id, all]) => id !== undefined && all.length > 1);
  return [
    ...operations.flatMap(({ name, operation }) => operationProblems(name, operation, reader)),
    ...doubled.map(
      ([id, all]) => `${all.map(({ name }) => name).join(' and ')}: both have the operationId ${JSON.stringify(id)}.`,
    ),
    ...reader.schemas().flatMap(({ name, schema }) => emptySchemas(name, schema)),
  ];
}

function operationProblems(name: string, operation: Json, reader: DocumentReader): string[] {
  const problems: string[] = [];
  if (!isText(operation.operationId)) problems.push(`${name}: no operationId.`);
  if (!isText(operation.summary)) problems.push(`${name}: no summary.`);
  if (!Array.isArray(operation.tags) || operation.tags.length === 0) problems.push(`${name}: no tag.`);
  if (!Array.isArray(operation.security))
    problems.push(`${name}: no security; a public operation says so with an empty requirement.`);
  const responses = Object.entries(asJson(operation.responses)).map(([status, response]) => ({
    status,
    response: reader.resolve(asJson(response)),
  }));
  if (!responses.some(({ status }) => /^[123]/.test(status))) problems.push(`${name}: no successful response.`);
  for (const { status, response } of responses) {
    problems.push(...responseProblems(`${name} ${status}`, status, response, reader));
  }
  for (const { where, schema } of schemasOf(operation, reader)) problems.push(...emptySchemas(`${name} ${where}`, schema));
  return problems;
}

function responseProblems(name: string, status: string, response: Json, reader: DocumentReader): string[] {
  const contents = Object.entries(asJson(response.content)).map(([type, media]) => ({ type, media: asJson(media) }));
  const isError = /^[45]|^default$/.test(status);
  if (isError && contents.length === 0) return [`${name}: an error without a body; name its codes with an example of each.`];
  return contents
    .filter(({ type, media }) => !isBytes(type, media, reader) && !hasExample(media, reader))
    .map(({ type }) => `${name}: no example of its ${type}.`);
}

/** Sound and files have no example worth printing. */
function isBytes(type: string, media: Json, reader: DocumentReader): boolean {
  return (
    reader.resolve(asJson(media.schema)).format === 'binary' || /^(audio|image|video)\/|^application\/octet-stream$/.test(type)
  );
}

/** Whether a body is shown: by an example of its own, or by a schema all of whose parts have one. */
function hasExample(media: Json, reader: DocumentReader): boolean {
  if ('example' in media || Object.keys(asJson(media.examples)).length > 0) return true;
  return 'schema' in media && isShown(asJson(media.schema), reader, []);
}

function isShown(given: Json, reader: DocumentReader, path: readonly Json[]): boolean {
  const schema = reader.resolve(given);
  if (path.includes(schema)) return true; // a circle; its other parts decide
  const further = [...path, schema];
  const shown = (part: unknown): boolean => isShown(asJson(part), reader, further);
  if (['example', 'examples', 'const', 'enum', 'default'].some((key) => key in schema)) return true;
  if (Array.isArray(schema.allOf)) return schema.allOf.every(shown);
  const choice = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(choice)) return choice.some(shown);
  if (schema.type === 'null') return true;
  if ('items' in schema) return shown(schema.items);
  const properties = Object.values(asJson(schema.properties));
  return properties.length > 0 && properties.every(shown);
}

/** The places inside a schema, itself included, that accept anything. */
function emptySchemas(name: string, schema: Json): string[] {
  if (isEmpty(schema)) return [`${name}: an empty schema; it accepts anything.`];
  const parts = [
    ...Object.entries(asJson(schema.properties)).map(([key, part]) => ({ where: `${name}.${key}`, part })),
    ...['allOf', 'oneOf', 'anyOf'].flatMap((key) =>
      Array.isArray(schema[key]) ? schema[key].map((part: unknown) => ({ where: name, part })) : [],
    ),
    ...(isJson(schema.items) ? [{ where: `${name}[]`, part: schema.items }] : []),
    ...(isJson(schema.additionalProperties) ? [{ where: `${name}.*`, part: schema.additionalProperties }] : []),
  ];
  return parts.flatMap(({ where, part }) => emptySchemas(where, asJson(part)));
}

function isEmpty(schema: Json): boolean {
  if (SHAPES.some((key) => key in schema)) return false;
  if (schema.type === undefined) return Object.keys(asJson(schema.properties)).length === 0;
  if (schema.type === 'object') return Object.keys(asJson(schema.properties)).length === 0;
  return schema.type === 'array'; // without items
}

/** Every schema that stands in an operation itself; named ones are looked at once, as components. */
function schemasOf(operation: Json, reader: DocumentReader): { where: string; schema: Json }[] {
  const parameters = asList(operation.parameters).map((given) => {
    const parameter = reader.resolve(asJson(given));
    return { where: `parameter ${String(parameter.name)}`, holder: parameter };
  });
  const bodies = { request: reader.resolve(asJson(operation.requestBody)), ...asJson(operation.responses) };
  const contents = Object.entries(bodies).flatMap(([where, given]) =>
    Object.values(asJson(reader.resolve(asJson(given)).content)).map((media) => ({ where, holder: asJson(media) })),
  );
  return [...parameters, ...contents]
    .filter(({ holder }) => !('content' in holder))
    .map(({ where, holder }) => ({ where, schema: asJson(holder.schema) }));
}

class DocumentReader {
  readonly #document: Json;

  constructor(document: Json) {
    this.#document = document;
  }

  /** Every operation, named `GET /api/v1/audio`. */
  operations(): { name: string; operation: Json }[] {
    return Object.entries(asJson(this.#document.paths)).flatMap(([path, item]) =>
      Object.entries(asJson(item))
        .filter(([method]) => METHODS.includes(method))
        .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation: asJson(operation) })),
    );
  }

  /** Every schema with a name. */
  schemas(): { name: string; schema: Json }[] {
    const { schemas } = asJson(this.#document.components);
    return Object.entries(asJson(schemas)).map(([name, schema]) => ({ name, schema: asJson(schema) }));
  }

  /** What a `$ref` points at; anything else as it is. A reference that leads nowhere gives an empty object. */
  resolve(value: Json): Json {
    if (typeof value.$ref !== 'string') return value;
    const steps = value.$ref.replace(/^#\//, '').split('/');
    return steps.reduce<Json>((at, step) => asJson(at[step.replaceAll('~1', '/').replaceAll('~0', '~')]), this.#document);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asJson(value: unknown): Json {
  return isJson(value) ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
