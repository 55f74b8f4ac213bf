import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

const SPECS = fileURLToPath(new URL('../../../../shared/data/specs', import.meta.url));

interface OpenApiDocument {
  components: { schemas: Record<string, object> };
  paths: Record<string, object>;
}

/**
 * Judges requests by a schema of the vendor's own OpenAPI document where that lies beside the project, by a small one of ours
 * otherwise.
 * @param file the document's name
 * @param schema its name in `components.schemas`, or a JSON pointer to it
 * @returns what is wrong with a request, as sentences
 */
export function judgeBy(file: string, schema: string, own: object): (value: unknown) => string[] {
  const validate = validatorOf(file, schema, own);
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'request'} ${message ?? 'is wrong'}`);
  };
}

function validatorOf(file: string, schema: string, own: object): ValidateFunction {
  // Vendors' documents use keywords and formats of their own.
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  const document = documentIn(join(SPECS, file));
  if (document === undefined) return ajv.compile(own);
  ajv.addSchema({ $id: 'vendor', components: { schemas: document.components.schemas }, paths: document.paths });
  return ajv.compile({ $ref: `vendor#${schema.startsWith('/') ? schema : `/components/schemas/${schema}`}` });
}

/** Read once: some take a second. */
const documents = new Map<string, OpenApiDocument>();

function documentIn(path: string): OpenApiDocument | undefined {
  const known = documents.get(path);
  if (known !== undefined || !existsSync(path)) return known;
  const document = parse(readFileSync(path, 'utf8'), withoutLooseNullable) as OpenApiDocument;
  documents.set(path, document);
  return document;
}

/** OpenAPI 3.0.3: "nullable" says something only beside "type" (https://spec.openapis.org/oas/v3.0.3#schema-object); ajv refuses it elsewhere. */
function withoutLooseNullable(_: unknown, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('nullable' in value) || 'type' in value) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'nullable'));
}
