import type { paths } from './generated/api.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** The paths of the API that take this method. */
export type PathWith<M extends Method> = {
  [Path in keyof paths]: paths[Path] extends Record<M, { responses: unknown }> ? Path : never;
}[keyof paths];

/** One route of the API, by the types that are made of the OpenAPI document. */
export type Operation<M extends Method, Path extends keyof paths> = paths[Path][M];

export type QueryOf<Route> = Route extends { parameters: { query?: infer Query } } ? NonNullable<Query> : never;

export type BodyOf<Route> = Route extends { requestBody: { content: { 'application/json': infer Body } } } ? Body : never;

type ParametersOf<Route> = Route extends { parameters: { path: infer Parameters extends object } } ? Parameters : never;

/** What the route answers when all went well; undefined where it answers nothing. */
export type AnswerOf<Route> = Route extends { responses: infer Responses }
  ? { [Status in keyof Responses]: JsonOf<Responses[Status]> }[keyof Responses]
  : never;

type JsonOf<Response> = Response extends { content: { 'application/json': infer Answer } } ? Answer : undefined;

type Given<Name extends string, Value> = [Value] extends [never] ? { [Key in Name]?: never } : { [Key in Name]: Value };

/** What a route wants to know. */
export type Wanted<Route> = Given<'path', ParametersOf<Route>> & Given<'body', BodyOf<Route>> & { query?: QueryOf<Route> };
