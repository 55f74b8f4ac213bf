import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildWhenStale } from '../build/build.ts';
import { PROJECT } from '../project.ts';

/**
 * Loads a module of the built product, which is built first when a source has changed: the sources themselves have decorators, which
 * Node cannot run as they are.
 */
async function builtModule(path: string): Promise<unknown> {
  await buildWhenStale();
  return import(pathToFileURL(join(PROJECT, 'dist', path)).href);
}

/** The documents that describe the environment variables, by path. */
export async function environmentDocuments(): Promise<Record<string, string>> {
  const config = (await builtModule('libs/config/index.js')) as { environmentDocuments: () => Record<string, string> };
  return config.environmentDocuments();
}

/** The OpenAPI document, made without a server or a database. */
export async function openApiDocument(): Promise<object> {
  const api = (await builtModule('apps/api/src/openapi.js')) as { buildOpenApiDocument: () => Promise<object> };
  return api.buildOpenApiDocument();
}

/**
 * What the migrations leave different from the entities.
 * @param url an empty database and a role that may create tables and roles
 * @returns the SQL statements that are missing
 */
export async function schemaDifferences(url: string): Promise<string[]> {
  const database = (await builtModule('libs/database/index.js')) as { schemaDifferences: (url: string) => Promise<string[]> };
  return database.schemaDifferences(url);
}
