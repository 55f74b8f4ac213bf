import { type Direction, type Json, asJson, asList, schemaBreaks, SchemaSource } from './schema-breaks.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * What of one OpenAPI document a program written for it would miss in another: what it calls, sends or reads is not there any more, or
 * what it does not send is demanded. New routes, fields that may be left out, and new words in answers are no breaks.
 * @returns one sentence for each, starting with where it is
 */
export function openApiBreaks(before: object, after: object): string[] {
  const [from, to] = [new SchemaSource(before), new SchemaSource(after)];
  const operations = eachOperation(from, 'paths').flatMap(({ name, path, method, operation }) => {
    const now = asJson(asJson(asJson(to.document.paths)[path])[method]);
    return Object.keys(now).length === 0 ? [`${name}: it is gone.`] : operationBreaks(name, operation, now, from, to);
  });
  const events = eachOperation(from, 'webhooks').flatMap(({ path, method, operation }) => {
    const now = asJson(asJson(asJson(to.document.webhooks)[path])[method]);
    // What is sent to others is read by them as answers are.
    return Object.keys(now).length === 0
      ? [`event ${path}: it is gone.`]
      : bodyBreaks(`event ${path}`, operation, now, 'response', from, to);
  });
  return [...new Set([...operations, ...events])];
}

interface Found {
  /** `GET /api/v1/audio`. */
  name: string;
  path: string;
  method: string;
  operation: Json;
}

function eachOperation(source: SchemaSource, section: 'paths' | 'webhooks'): Found[] {
  return Object.entries(asJson(source.document[section])).flatMap(([path, item]) =>
    Object.entries(asJson(item))
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, method, operation: asJson(operation) })),
  );
}

function operationBreaks(name: string, before: Json, after: Json, from: SchemaSource, to: SchemaSource): string[] {
  const closed = isPublic(before) && !isPublic(after) ? [`${name}: it was open to everyone and asks for credentials now.`] : [];
  return [
    ...closed,
    ...parameterBreaks(name, before, after, from, to),
    ...bodyBreaks(name, before, after, 'request', from, to),
    ...answerBreaks(name, before, after, from, to),
  ];
}

function isPublic({ security }: Json): boolean {
  const requirements = asList(security);
  return requirements.length === 0 || requirements.some((requirement) => Object.keys(asJson(requirement)).length === 0);
}

function parameterBreaks(name: string, before: Json, after: Json, from: SchemaSource, to: SchemaSource): string[] {
  const known = parametersOf(before, from);
  const now = parametersOf(after, to);
  const gone = [...known].flatMap(([key, parameter]) => {
    const same = now.get(key);
    if (same === undefined) return [`${name}: the ${key} is gone.`];
    const demanded = same.required === true && parameter.required !== true ? [`${name}: the ${key} has to be given now.`] : [];
    return [...demanded, ...schemaBreaks(`${name} ${key}`, asJson(parameter.schema), asJson(same.schema), 'request', from, to)];
  });
  const added = [...now].filter(([key, { required }]) => required === true && !known.has(key));
  return [...gone, ...added.map(([key]) => `${name}: the ${key} has to be given now.`)];
}

/** By where they stand and their name: `query parameter limit`. */
function parametersOf(operation: Json, source: SchemaSource): Map<string, Json> {
  const parameters = asList(operation.parameters).map((given) => source.resolve(asJson(given)));
  return new Map(parameters.map((parameter) => [`${String(parameter.in)} parameter ${String(parameter.name)}`, parameter]));
}

function bodyBreaks(
  name: string,
  before: Json,
  after: Json,
  direction: Direction,
  from: SchemaSource,
  to: SchemaSource,
): string[] {
  const body = from.resolve(asJson(before.requestBody));
  const now = to.resolve(asJson(after.requestBody));
  const demanded = now.required === true && body.required !== true ? [`${name}: it has to have a body now.`] : [];
  return [...demanded, ...contentBreaks(`${name} body`, body, now, direction, from, to)];
}

/** Only of successes: how errors look is the same everywhere, and which there are may change. */
function answerBreaks(name: string, before: Json, after: Json, from: SchemaSource, to: SchemaSource): string[] {
  const now = asJson(after.responses);
  return Object.entries(asJson(before.responses))
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, answer]) => {
      if (now[status] === undefined) return [`${name}: it does not answer ${status} any more.`];
      const [was, is] = [from.resolve(asJson(answer)), to.resolve(asJson(now[status]))];
      return contentBreaks(`${name} ${status}`, was, is, 'response', from, to);
    });
}

function contentBreaks(
  where: string,
  before: Json,
  after: Json,
  direction: Direction,
  from: SchemaSource,
  to: SchemaSource,
): string[] {
  const now = asJson(after.content);
  return Object.entries(asJson(before.content)).flatMap(([type, media]) => {
    if (now[type] === undefined) return [`${where}: ${type} is gone.`];
    return schemaBreaks(where, asJson(asJson(media).schema), asJson(asJson(now[type]).schema), direction, from, to);
  });
}
