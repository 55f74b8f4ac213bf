import { join } from 'node:path';
import { lintFromString, loadConfig } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import rulesets from '@stoplight/spectral-rulesets';
import { PROJECT } from '../project.ts';
import { openApiText } from '../sync/openapi-text.ts';

/** What the linters of others find in a document: Redocly's by `openapi/redocly.yaml`, and
 * Spectral's with its rules for OpenAPI. Places that are excused stand with their reasons in `openapi/.redocly.lint-ignore.yaml`. */
export async function openApiLintProblems(document: object): Promise<string[]> {
  const text = openApiText(document);
  return [...(await redoclyProblems(text)), ...(await spectralProblems(text))];
}

async function redoclyProblems(source: string): Promise<string[]> {
  const config = await loadConfig({ configPath: join(PROJECT, 'openapi/redocly.yaml') });
  const problems = await lintFromString({ source, absoluteRef: join(PROJECT, 'openapi/openapi.json'), config });
  const wrong = problems.filter(({ ignored = false }) => !ignored);
  return wrong.map(({ ruleId, message, location }) => `${location[0]?.pointer ?? '#'}: ${message} (Redocly, ${ruleId})`);
}

async function spectralProblems(source: string): Promise<string[]> {
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset({ extends: [rulesets.oas as RulesetDefinition] });
  const problems = await spectral.run(new spectralCore.Document(source, parsers.Json));
  return problems.map(({ code, message, path }) => `#/${path.join('/')}: ${message} (Spectral, ${String(code)})`);
}
