import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { ConfigError } from '#config';
import { messageOf } from '#errors';

/** A file in which an operator corrects tables of models. */
export interface ModelsFile<Content> {
  content: Content;
  /** The error of what only the tables show to be wrong with it. @param problems sentences without their full stop */
  mistakes: (problems: readonly string[]) => ConfigError;
}

/**
 * Reads a file of models.
 * @param variable the setting that names it, such as SPEECH_MODELS_FILE
 * @param schema JSON schema of what may stand in it
 * @throws ConfigError naming every mistake in it and its place
 */
export function readModelsFile<Content>(variable: string, path: string, schema: object): ModelsFile<Content> {
  const mistakes = (problems: readonly string[]): ConfigError =>
    new ConfigError(problems.map((problem) => `${variable} ${path}: ${problem}.`));
  const isContent = new Ajv({ allErrors: true, strict: true }).compile<Content>(schema);
  const content = parse(path, mistakes);
  if (!isContent(content)) throw mistakes((isContent.errors ?? []).map(sentenceOf));
  return { content, mistakes };
}

function parse(path: string, mistakes: ModelsFile<unknown>['mistakes']): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw mistakes([`cannot be read as JSON: ${messageOf(error)}`]);
  }
}

function sentenceOf({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  const place =
    instancePath
      .slice(1)
      .replaceAll(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.') || 'the file';
  const names = Object.values(params as Record<string, unknown>).filter((value) => typeof value === 'string');
  const extra = /propert/.test(message) ? names.filter((name) => !message.includes(name)) : [];
  return `${place} ${message}${extra.length === 0 ? '' : `: ${extra.join(', ')}`}`;
}
