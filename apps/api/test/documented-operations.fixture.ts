import type { OpenAPIObject } from '@nestjs/swagger';
import { buildOpenApiDocument } from '../src/openapi.js';

/** The parts of a schema that requests are made of. */
export interface DocumentedSchema {
  $ref?: string;
  type?: string;
  format?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  allOf?: DocumentedSchema[];
  items?: DocumentedSchema;
  properties?: Record<string, DocumentedSchema>;
  required?: string[];
}

export interface DocumentedParameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  example?: unknown;
  schema?: DocumentedSchema;
}

/** A route as the OpenAPI document has it. */
export interface DocumentedOperation {
  /** `GET /api/v1/audio`. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  isPublic: boolean;
  parameters: DocumentedParameter[];
  /** Of a JSON body, its example; undefined where there is none. */
  body?: Record<string, unknown>;
  /** The fields of a JSON body. */
  fields: Record<string, DocumentedSchema>;
}

interface Operation {
  parameters?: DocumentedParameter[];
  requestBody?: { content?: Record<string, { schema?: DocumentedSchema }> };
  'x-permission'?: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Every operation of the document, with what a request to it needs. */
export async function documentedOperations(): Promise<DocumentedOperation[]> {
  const document = await buildOpenApiDocument();
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method.toLowerCase() as Lowercase<typeof method>] as Operation | undefined;
      if (operation === undefined) return [];
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      const resolved = schema === undefined ? undefined : resolve(schema, document);
      return {
        name: `${method} ${path}`,
        method,
        path,
        isPublic: operation['x-permission'] === undefined,
        parameters: operation.parameters ?? [],
        body: resolved === undefined ? undefined : (exampleOf(resolved, document) as Record<string, unknown>),
        fields: resolved?.properties ?? {},
      };
    }),
  );
}

/** The address of an operation with its examples in their places, and other values where some are given. */
export function urlOf(operation: DocumentedOperation, given: Record<string, string> = {}): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(given[name] ?? String(valueOf(operation, name))),
  );
  const query = operation.parameters.filter(
    ({ in: where, name, required }) => where === 'query' && (required === true || name in given),
  );
  const search = new URLSearchParams(
    query.map(({ name }): [string, string] => [name, given[name] ?? String(valueOf(operation, name))]),
  );
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

function valueOf({ parameters }: DocumentedOperation, name: string): unknown {
  const parameter = parameters.find((known) => known.name === name);
  return parameter?.example ?? parameter?.schema?.example ?? parameter?.schema?.default ?? '019aa3a1-2b3c-7d4e-8f50-617283940a1b';
}

function exampleOf(given: DocumentedSchema, document: OpenAPIObject): unknown {
  const schema = resolve(given, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties !== undefined)
    return Object.fromEntries(Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part, document)]));
  if (schema.items !== undefined) return [exampleOf(schema.items, document)];
  return schema.default ?? schema.minimum;
}

function resolve(schema: DocumentedSchema, document: OpenAPIObject): DocumentedSchema {
  const [only] = schema.allOf ?? [];
  const reference = schema.$ref ?? only?.$ref;
  if (reference === undefined) return schema;
  const named = document.components?.schemas?.[reference.split('/').at(-1) ?? ''];
  return { ...(named as DocumentedSchema), ...(schema.example === undefined ? {} : { example: schema.example }) };
}
