import openapiTypescript, { astToString } from 'openapi-typescript';
import type { Described, DescribedOperation } from './openapi-document.ts';
import { isSuccess, operationsOf } from './openapi-document.ts';

const HEAD = '// Made of openapi/openapi.json by `npm run sync`; changes here are lost.\n';
/** What a client sets by itself, once for all of its requests. */
const SET_BY_CLIENT = new Set(['X-Workspace-Id', 'Idempotency-Key']);

/** The files of the TypeScript client that are made of the OpenAPI document, by path. */
export async function clientTypes(document: object): Promise<Record<string, string>> {
  const described = document as Described;
  const ast = await openapiTypescript(JSON.stringify(withoutProblems(described)), { defaultNonNullable: false });
  return {
    'clients/typescript/src/generated/api.ts': HEAD + astToString(ast),
    'clients/typescript/src/generated/facts.ts': facts(described),
  };
}

/** The document without the answers that are problems: all of them have one form, and their codes are a list of their own. */
function withoutProblems(document: Described): Described {
  const copy = structuredClone(document);
  for (const { operation } of operationsOf(copy)) {
    const good = Object.entries(operation.responses).filter(([status]) => isSuccess(status));
    operation.responses = Object.fromEntries(good);
    operation.parameters = (operation.parameters ?? []).filter(({ name }) => !SET_BY_CLIENT.has(name));
  }
  return copy;
}

function facts(document: Described): string {
  const codes = operationsOf(document).flatMap(({ operation }) => codesOf(operation));
  const keyed = operationsOf(document)
    .filter(({ operation }) => operation.parameters?.some(({ name }) => name === 'Idempotency-Key'))
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  return `${HEAD}
/** The codes of all problems that the API describes. */
export const PROBLEM_CODES = ${list(codes)} as const;

/** The routes that take an Idempotency-Key: sent again with the same key, they take effect once. */
export const KEYED_ROUTES: ReadonlySet<string> = new Set(${list(keyed)});
`;
}

function codesOf({ responses }: DescribedOperation): string[] {
  return Object.values(responses).flatMap(({ content }) => Object.keys(content?.['application/problem+json']?.examples ?? {}));
}

function list(items: string[]): string {
  return `[\n${[...new Set(items)]
    .sort()
    .map((item) => `  '${item}',\n`)
    .join('')}]`;
}
