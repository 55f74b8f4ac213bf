import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from '../project.ts';
import { environmentDocuments, openApiDocument } from './built-product.ts';
import { clientTypes } from './client-types.ts';
import { openApiText } from './openapi-text.ts';
import { pythonClient } from './python-client.ts';

interface GeneratedFile {
  path: string;
  /** What the sources make of it. */
  text: string;
}

/** The committed files that are made from the sources and are missing, or not what the sources make. */
export async function outdatedFiles(): Promise<GeneratedFile[]> {
  const openApi = openApiText(await openApiDocument());
  const texts = {
    ...(await environmentDocuments()),
    'openapi/openapi.json': openApi,
    ...(await clientTypes(JSON.parse(openApi) as object)),
    ...pythonClient(JSON.parse(openApi) as object),
  };
  return Object.entries(texts)
    .map(([path, text]) => ({ path, text }))
    .filter(({ path, text }) => textOf(path) !== text);
}

/** Writes generated files to their places. */
export function writeFiles(files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    const file = join(PROJECT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function textOf(path: string): string | undefined {
  const file = join(PROJECT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
