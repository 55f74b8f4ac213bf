import { type Described, isSuccess, operationsOf } from './openapi-document.ts';
import { modelsFile } from './python-models.ts';
import { resourcesFile } from './python-resources.ts';

/** The files of the Python client that are made of the OpenAPI document, by path. */
export function pythonClient(document: object): Record<string, string> {
  const described = document as Described;
  return {
    'clients/python/steno/generated/models.py': modelsFile(described.components.schemas),
    'clients/python/steno/generated/resources.py': resourcesFile(described),
    'clients/python/steno/generated/problem_codes.py': codesFile(described),
  };
}

function codesFile(document: Described): string {
  const codes = operationsOf(document).flatMap(({ operation }) =>
    Object.entries(operation.responses)
      .filter(([status]) => !isSuccess(status))
      .flatMap(([, { content }]) => Object.keys(content?.['application/problem+json']?.examples ?? {})),
  );
  const lines = [...new Set(codes)].sort().map((code) => `    "${code}",\n`);
  return `"""Made of openapi/openapi.json by \`npm run sync\`; changes here are lost."""

#: The codes of all problems that the API describes.
PROBLEM_CODES = (
${lines.join('')})
`;
}
