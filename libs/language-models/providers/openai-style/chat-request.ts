import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import { asObject, asObjects, type JsonValue } from '#provider-calls';
import type { AnswerSchema, LanguageModel, LanguageRequest } from '../../language-provider.js';
import { orderToAnswerIn } from '../schema-in-words.js';
import type { Dialect } from './dialect.js';

type ChatRequest = Omit<ChatCompletionCreateParams, 'stream' | 'stream_options'>;

/** The body of `POST chat/completions`, but for whether the answer is streamed. */
export function chatRequest({ outputLimit, ownMembers }: Dialect, model: LanguageModel, request: LanguageRequest): ChatRequest {
  const { schema, temperature, maxOutputTokens } = request;
  const inWords = schema !== undefined && model.structuredOutput === 'json';
  const messages = inWords ? [{ role: 'system' as const, text: orderToAnswerIn(schema) }, ...request.messages] : request.messages;
  return {
    model: model.id,
    messages: messages.map(({ role, text }) => ({ role, content: text })),
    ...(temperature === undefined || !model.temperature ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { [outputLimit]: maxOutputTokens }),
    ...(schema === undefined ? {} : { response_format: inWords ? { type: 'json_object' } : heldTo(schema) }),
    ...ownMembers?.(request),
  };
}

function heldTo({ name, schema }: AnswerSchema): ChatRequest['response_format'] {
  return { type: 'json_schema', json_schema: { name, schema, strict: isStrict(schema) } };
}

/**
 * Whether a schema keeps the rules of strict mode: every object names all its members as required and allows no others. One that does
 * not would be refused in it.
 */
export function isStrict(schema: JsonValue | undefined): boolean {
  const node = asObject(schema);
  if (node === undefined) return true;
  const members = asObject(node.properties);
  const required = Array.isArray(node.required) ? node.required : [];
  const isObject = node.type === 'object' || members !== undefined;
  const isClosed = node.additionalProperties === false && Object.keys(members ?? {}).every((name) => required.includes(name));
  const inner = [
    ...Object.values(members ?? {}),
    ...Object.values(asObject(node.$defs) ?? {}),
    ...(asObjects(node.anyOf) ?? []),
    node.items,
  ];
  return (!isObject || isClosed) && inner.every(isStrict);
}
