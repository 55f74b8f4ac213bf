import { type Described, type DescribedOperation, isSuccess, operationsOf, type Parameter } from './openapi-document.ts';
import { pythonName, pythonType } from './python-models.ts';

const HEAD = `"""The API's routes. Made of openapi/openapi.json by \`npm run sync\`; changes here are lost."""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, Union

from .._transport import Transport
from . import models


class Routes:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

`;

/** Spoken by other clients, or of no use to one. */
const LEFT_OUT_TAGS = new Set(['openai', 'health']);
const LEFT_OUT_PATHS = /^\/objects\/|\/resumable\b|\/integrations\/|\/auth\/\{provider\}\//;

/** Names where the operation's own does not say enough, or says too much. */
const NAMES: Record<string, string> = {
  acceptinvitation_accept: 'accept_invitation',
  audio_url: 'link',
  audioconfig_formats: 'formats',
  audioconfig_health: 'health',
  audioconfig_languages: 'languages',
  audit_read: 'audit_log',
  deliveries_get: 'delivery',
  deliveries_list: 'deliveries',
  deliveries_replayMissed: 'replay_missed',
  deliveries_replayOne: 'replay',
  deliveries_test: 'test',
  estimate_estimate: 'estimate',
  import_order: 'import_url',
  invitations_invite: 'invite',
  password_changePassword: 'change_password',
  password_forgotPassword: 'forgot_password',
  password_resetPassword: 'reset_password',
  quotas_read: 'quotas',
  resthooks_sample: 'rest_hook_sample',
  resthooks_subscribe: 'subscribe_rest_hook',
  transcriptioncontrol_cancel: 'cancel',
  transcriptioncontrol_orderBatch: 'create_batch',
  transcriptioncontrol_retry: 'retry',
  transcriptions_order: 'create',
  usage_read: 'get',
  verification_resendVerification: 'resend_verification',
  verification_verifyEmail: 'verify_email',
};

/** What may be sent again although it has no key, because a second time changes nothing. */
const REPEATABLE = new Set(['uploads_parts', 'uploads_complete', 'estimate_estimate', 'providerkeys_validate', 'auth_logout']);

/** What is sent before an answer, in the order of a method's parameters. */
interface Route {
  path: string;
  method: string;
  operation: DescribedOperation;
}

/** A class for every tag with a method for every route, and one that has them all. */
export function resourcesFile(document: Described): string {
  const routes = operationsOf(document).filter(isCallable);
  const byTag = Map.groupBy(routes, ({ operation }) => operation.tags?.[0] ?? '');
  const classes = [...byTag].sort(([one], [other]) => (one < other ? -1 : 1)).map(([tag, own]) => classOf(tag, own));
  const members = [...byTag.keys()].sort().map((tag) => `        self.${attributeOf(tag)} = ${className(tag)}(transport)\n`);
  const all = `class Resources:\n    def __init__(self, transport: Transport) -> None:\n${members.join('')}`;
  return `${HEAD}\n${classes.join('\n\n')}\n\n${all}`;
}

/** Whether a route speaks JSON or gives a file; forms and streams are written by hand. */
function isCallable({ path, operation }: Route): boolean {
  if (LEFT_OUT_PATHS.test(path) || LEFT_OUT_TAGS.has(operation.tags?.[0] ?? '')) return false;
  const bodies = Object.keys(operation.requestBody?.content ?? {});
  return bodies.every((type) => type === 'application/json') && !answerTypes(operation).includes('text/event-stream');
}

function classOf(tag: string, routes: Route[]): string {
  const methods = routes.map((route) => methodOf(tag, route));
  const names = routes.map(({ operation }) => nameOf(tag, operation));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(`The Python client would have ${className(tag)}.${twice} twice. Give one a name in NAMES.`);
  return `class ${className(tag)}(Routes):\n${methods.join('\n')}`;
}

function className(tag: string): string {
  return tag.replace(/(?:^|[ -])(\w)/g, (_, letter: string) => letter.toUpperCase()) + 'Routes';
}

function attributeOf(tag: string): string {
  return tag.replaceAll(/[ -]/g, '_');
}

function nameOf(tag: string, { operationId }: DescribedOperation): string {
  const [group = '', own = ''] = operationId.split('_');
  return NAMES[operationId] ?? (group === tag.replaceAll(/[ -]/g, '') ? pythonName(own) : pythonName(`${group}_${own}`));
}

function methodOf(tag: string, { path, method, operation }: Route): string {
  const { parameters = [], requestBody, summary = '' } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const isKeyed = parameters.some(({ name }) => name === 'Idempotency-Key');
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const given = [
    'self',
    ...inPath.map((name) => `${pythonName(name)}: str`),
    ...(body === undefined ? [] : [`body: ${pythonType(body, 'models.')}`]),
    '*',
    ...inQuery.map(queryParameter),
    ...(isKeyed ? ['idempotency_key: Optional[str] = None'] : []),
    'timeout: Optional[float] = None',
    'retries: Optional[int] = None',
  ];
  const sent = [
    `"${method.toUpperCase()}"`,
    inPath.length === 0
      ? `"${path}"`
      : `self._transport.fill("${path}", ${inPath.map((name) => `${name}=${pythonName(name)}`).join(', ')})`,
    ...(inQuery.length === 0 ? [] : [`query={${inQuery.map(({ name }) => `"${name}": ${pythonName(name)}`).join(', ')}}`]),
    ...(body === undefined ? [] : ['body=body']),
    ...(isKeyed ? ['keyed=True', 'idempotency_key=idempotency_key'] : []),
    ...(REPEATABLE.has(operation.operationId) ? ['repeatable=True'] : []),
    'timeout=timeout',
    'retries=retries',
  ];
  const { type, call } = answerOf(operation);
  return `    def ${nameOf(tag, operation)}(
${given.map((one) => `        ${one},\n`).join('')}    ) -> ${type}:
        """${summary}."""
        return self._transport.${call}(
${sent.map((one) => `            ${one},\n`).join('')}        )
`;
}

function queryParameter({ name, schema, required }: Parameter): string {
  const type = pythonType(schema, 'models.');
  if (required === true) return `${pythonName(name)}: ${type}`;
  return `${pythonName(name)}: ${type.startsWith('Optional[') ? type : `Optional[${type}]`} = None`;
}

/** The type of what a method gives, and how it is had: JSON, nothing, or the bytes of a file. */
function answerOf(operation: DescribedOperation): { type: string; call: string } {
  const types = answerTypes(operation);
  if (types.length === 0) return { type: 'None', call: 'call' };
  if (types.some((type) => type !== 'application/json')) return { type: 'bytes', call: 'fetch' };
  const schemas = goodAnswers(operation).flatMap(({ content }) => content?.['application/json']?.schema ?? []);
  const all = [...new Set(schemas.map((schema) => pythonType(schema, 'models.')))];
  return { type: all.length > 1 ? `Union[${all.join(', ')}]` : (all[0] ?? 'Any'), call: 'call' };
}

function answerTypes(operation: DescribedOperation): string[] {
  return goodAnswers(operation).flatMap(({ content }) => Object.keys(content ?? {}));
}

function goodAnswers({ responses }: DescribedOperation): DescribedOperation['responses'][string][] {
  return Object.entries(responses)
    .filter(([status]) => isSuccess(status))
    .map(([, response]) => response);
}
