import type { OpenAPIObject } from '@nestjs/swagger';

/** The parts of the document that samples are made of. */
interface Schema {
  $ref?: string;
  type?: unknown;
  format?: string;
  example?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
}
interface Operation {
  operationId?: string;
  security?: Record<string, string[]>[];
  parameters?: { in: string; name: string; required?: boolean; example?: unknown; schema?: Schema }[];
  responses?: Record<string, { content?: Record<string, unknown> }>;
  requestBody?: { content?: Record<string, { schema?: Schema; examples?: Record<string, { value: object }> }> };
  'x-codeSamples'?: { lang: string; label: string; source: string }[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Shell variables that stand for what an earlier request gave; the quick start in the description sets them. */
const VARIABLE_OF_FIELD: Record<string, string> = {
  apiKey: '$OPENAI_API_KEY',
  audioId: '$AUDIO_ID',
  refreshToken: '$REFRESH_TOKEN',
  /** Who is to own the workspace. */
  userId: '$HEIR_ID',
  /** Of a letter. */
  token: '$LETTER_TOKEN',
};

/** Further ones, of paths. */
const VARIABLE_OF_PATH: Record<string, string> = {
  token: '$LINK_TOKEN',
  userId: '$MEMBER_ID',
  invitationId: '$INVITATION_ID',
  deliveryId: '$DELIVERY_ID',
  /** None is needed. */
  month: '2026-03',
};

/** The variable of `{id}`, by the first word of the path. */
const VARIABLE_OF_ID: Record<string, string> = {
  audio: '$AUDIO_ID',
  auth: '$SESSION_ID',
  uploads: '$UPLOAD_ID',
  'api-keys': '$API_KEY_ID',
  'provider-keys': '$PROVIDER_KEY_ID',
  workspaces: '$WORKSPACE_ID',
  webhooks: '$WEBHOOK_ID',
};

/**
 * Adds a curl sample to every operation, made from its own parameters, body and access, so that it cannot disagree with them.
 * ReDoc shows them beside the route; a test pastes each into a shell.
 */
export function addCodeSamples(document: OpenAPIObject): OpenAPIObject {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation !== undefined)
        operation['x-codeSamples'] = [{ lang: 'Shell', label: 'curl', source: curl(method, path, operation, schemas) }];
    }
  }
  return document;
}

function curl(method: string, path: string, operation: Operation, schemas: Record<string, Schema>): string {
  const open = operation.security?.every((requirement) => Object.keys(requirement).length === 0) ?? true;
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$STENO_URL${fillPath(path, operation)}${requiredQuery(operation)}"`,
    ...(open ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...bodyOf(operation, schemas),
    ...(operation.responses?.['200']?.content?.['application/octet-stream'] === undefined ? [] : ['--output recording']),
  ];
  return lines.join(' \\\n  ');
}

/** `{id}` under /audio is an audio's, under /api-keys a key's, and so on; what has another name is as its example. */
function fillPath(path: string, { parameters = [] }: Operation): string {
  const id = VARIABLE_OF_ID[path.split('/')[3] ?? ''] ?? '$TRANSCRIPTION_ID';
  const exampleOf = (name: string): string => {
    const parameter = parameters.find((known) => known.name === name);
    const example = parameter?.example ?? parameter?.schema?.example;
    return typeof example === 'string' ? example : id;
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => VARIABLE_OF_PATH[name] ?? (name === 'id' ? id : exampleOf(name)));
}

function requiredQuery({ parameters = [] }: Operation): string {
  const wanted = parameters.filter(({ in: place, required }) => place === 'query' && required === true);
  const pairs = wanted.map(({ name, example, schema }) => `${name}=${encodeURIComponent(String(example ?? schema?.example))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function bodyOf(operation: Operation, schemas: Record<string, Schema>): string[] {
  const content = operation.requestBody?.content ?? {};
  const form = resolve(content['multipart/form-data']?.schema, schemas);
  if (form !== undefined) return ['-F file=@samples/meeting.opus', ...requiredTexts(form)];
  const json = resolve(content['application/json']?.schema, schemas);
  if (json === undefined) return [];
  const [given] = Object.values(content['application/json']?.examples ?? {});
  const fields = given === undefined ? requiredFields(json) : Object.entries(given.value as Record<string, unknown>);
  const body = JSON.stringify(Object.fromEntries(fields.map(([name, example]) => [name, VARIABLE_OF_FIELD[name] ?? example])));
  // In double quotes, so that the shell puts its variables in.
  return ['-H "Content-Type: application/json"', `-d "${body.replaceAll('"', '\\"')}"`];
}

/** The fields of a form that must be there beside its file. */
function requiredTexts(form: Schema): string[] {
  return requiredFields(form).flatMap(([name, example]) => (name === 'file' ? [] : [`-F ${name}=${String(example)}`]));
}

function requiredFields({ properties = {}, required = [] }: Schema): [string, unknown][] {
  return Object.entries(properties).flatMap(([name, { example }]) => (required.includes(name) ? [[name, example]] : []));
}

function resolve(schema: Schema | undefined, schemas: Record<string, Schema>): Schema | undefined {
  return schema?.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1) ?? ''];
}
