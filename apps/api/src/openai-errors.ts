import type { OpenAPIObject } from '@nestjs/swagger';
import { isOpenAiPath, openAiErrorOf, openAiStatusOf, type ProblemDto } from '#errors/http';

const PROBLEM = 'application/problem+json';
const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string', description: 'What was wrong this time and what to do.' },
        type: { type: 'string', description: "OpenAI's word for the kind of error." },
        param: { type: ['string', 'null'], description: 'The field that is wrong.' },
        code: { type: 'string', description: 'Stable; branch on this.' },
      },
    },
  },
};

interface Example {
  summary: string;
  /** A problem, or an error of OpenAI's. */
  value: object;
}
interface Response {
  description?: string;
  headers?: object;
  content?: Record<string, { schema?: object; examples?: Record<string, Example> }>;
}

/** Documents the errors of OpenAI's routes as they are answered there. Their decorators say problems, as on every route. */
export function showOpenAiErrors(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    if (!isOpenAiPath(path)) continue;
    for (const operation of [item.get, item.post]) {
      if (operation === undefined) continue;
      const responses = operation.responses as Record<string, Response>;
      operation.responses = rewritten(responses) as typeof operation.responses;
    }
  }
  (document.components ??= {}).schemas = { ...document.components.schemas, OpenAiError: ERROR };
  return document;
}

function rewritten(responses: Record<string, Response>): Record<string, Response> {
  const result: Record<string, Response> = {};
  for (const [status, response] of Object.entries(responses)) {
    const examples = response.content?.[PROBLEM]?.examples;
    if (examples === undefined) result[status] = response;
    else addErrors(result, openAiStatusOf(Number(status)), examples, response.headers);
  }
  return result;
}

function addErrors(result: Record<string, Response>, status: number, problems: Record<string, Example>, headers?: object): void {
  const errors = Object.entries(problems).map(([name, { summary, value }]): [string, Example] => {
    const { code, detail } = value as ProblemDto;
    return [name, { summary, value: openAiErrorOf(status, code, detail) }];
  });
  const examples = { ...result[status]?.content?.['application/json']?.examples, ...Object.fromEntries(errors) };
  result[status] = {
    description: Object.keys(examples)
      .map((code) => `\`${code}\``)
      .join(', '),
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/OpenAiError' }, examples } },
  };
}
