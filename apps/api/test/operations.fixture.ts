import type { OpenAPIObject } from '@nestjs/swagger';
import { buildOpenApiDocument } from '../src/openapi.js';
import type { Method } from './team.fixture.js';

/** The parts of a schema that the tests read. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

interface DocumentedOperation {
  'x-permission'?: string;
  parameters?: { in: string; name: string; required?: boolean; schema?: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
}

/** One operation of the document. */
export interface Operation {
  /** As in `GET /api/v1/audio/{id}`. */
  name: string;
  method: Method;
  path: string;
  /** None: it is open to everyone. */
  permission: string | undefined;
  /** Names of ids, by where they stand. */
  ids: { in: 'path' | 'query' | 'body'; name: string }[];
  /** Of a JSON body. */
  body: Schema | undefined;
  isForm: boolean;
  /** Of a JSON answer that says yes. */
  answer: Schema | undefined;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const document: OpenAPIObject = await buildOpenApiDocument();
const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;

/** The schema itself, where one refers to another. */
export function resolve(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

/** Every operation of the document, in its order. */
export const OPERATIONS: Operation[] = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const found = item[method.toLowerCase() as Lowercase<typeof method>] as DocumentedOperation | undefined;
    return found === undefined ? [] : [operationOf(method, path, found)];
  }),
);

function operationOf(method: Method, path: string, operation: DocumentedOperation): Operation {
  const { parameters = [], requestBody, responses } = operation;
  const json = requestBody?.content['application/json']?.schema;
  const body = json === undefined ? undefined : resolve(json);
  const yes = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content?.['application/json']?.schema;
  const isId = (schema: Schema | undefined) => schema?.format === 'uuid';
  return {
    name: `${method} ${path}`,
    method,
    path,
    permission: operation['x-permission'],
    ids: [
      ...parameters.flatMap((parameter) =>
        (parameter.in === 'path' || parameter.in === 'query') && isId(parameter.schema)
          ? [{ in: parameter.in, name: parameter.name } as const]
          : [],
      ),
      ...Object.entries(body?.properties ?? {}).flatMap(([name, schema]) =>
        isId(schema) ? [{ in: 'body', name } as const] : [],
      ),
    ],
    body,
    isForm: requestBody?.content['multipart/form-data'] !== undefined,
    answer: yes,
  };
}

/** A body made of the document's examples: the fields that must be there. */
export function exampleBody({ body }: Operation): Record<string, unknown> | undefined {
  if (body === undefined) return undefined;
  const required = body.required ?? [];
  return Object.fromEntries(required.map((name) => [name, exampleOf(resolve(body.properties?.[name] ?? {}))]));
}

function exampleOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  const required = schema.required ?? [];
  return Object.fromEntries(required.map((name) => [name, exampleOf(resolve(schema.properties?.[name] ?? {}))]));
}
