/** The maps of an OpenAPI document whose order means nothing: sorted, so that moving a module changes no line of the file. */
const SORTED = ['paths', 'components', 'components.schemas', 'components.responses', 'components.parameters'];

/** An OpenAPI document as it is committed: sorted where order means nothing, two spaces, a line's end at the end. */
export function openApiText(document: object): string {
  return `${JSON.stringify(sorted(document, ''), null, 2)}\n`;
}

function sorted(value: object, path: string): object {
  const entries = Object.entries(value) as [string, unknown][];
  if (SORTED.includes(path)) entries.sort(([one], [other]) => (one < other ? -1 : 1));
  const next = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return Object.fromEntries(
    entries.map(([key, child]) => [key, SORTED.includes(next(key)) ? sorted(child as object, next(key)) : child]),
  );
}
