import type { Schema } from './openapi-document.ts';

const HEAD = `"""The API's resources and requests. Made of openapi/openapi.json by \`npm run sync\`; changes here are lost."""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

`;

/** Words that name nothing in Python. */
const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** A name that Python takes: snake_case, with an underscore behind a keyword. */
export function pythonName(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return KEYWORDS.has(snake) ? `${snake}_` : snake;
}

/** The class of a schema, without the ending that says nothing to a reader. */
export function modelName(schemaName: string): string {
  return schemaName.replace(/Dto$/, '');
}

/** The type of a value. @param prefix stands before the names of classes */
export function pythonType(schema: Schema, prefix = ''): string {
  if (schema.$ref !== undefined) return prefix + modelName(schema.$ref.split('/').at(-1) ?? '');
  const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (several !== undefined) return unionOf(several.map((one) => (one.type === 'null' ? 'None' : pythonType(one, prefix))));
  if (schema.enum !== undefined) return unionOf(enumTypes(schema.enum));
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type) => pythonType({ ...schema, type }, prefix)));
  return plainType(schema, prefix);
}

function plainType({ type, items, additionalProperties }: Schema, prefix: string): string {
  switch (type) {
    case 'string':
      return 'str';
    case 'number':
      return 'float';
    case 'integer':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'None';
    case 'array':
      return `List[${items === undefined ? 'Any' : pythonType(items, prefix)}]`;
    case 'object':
      return `Dict[str, ${typeof additionalProperties === 'object' ? pythonType(additionalProperties, prefix) : 'Any'}]`;
    default:
      return 'Any';
  }
}

function enumTypes(values: readonly (string | number | null)[]): string[] {
  const named = values.filter((value) => value !== null);
  const literal = named.length > 0 ? [`Literal[${named.map((value) => JSON.stringify(value)).join(', ')}]`] : [];
  return values.includes(null) ? [...literal, 'None'] : literal;
}

function unionOf(types: readonly string[]): string {
  const some = [...new Set(types)].filter((type) => type !== 'None');
  const union = some.length > 1 ? `Union[${some.join(', ')}]` : (some[0] ?? 'Any');
  return types.includes('None') ? `Optional[${union}]` : union;
}

/** A class for every schema, and after them those that are one of several others: Python looks these up as it reads them. */
export function modelsFile(schemas: Record<string, Schema>): string {
  const entries = Object.entries(schemas);
  const isClass = ([, { properties }]: [string, Schema]): boolean => Object.keys(properties ?? {}).length > 0;
  const models = [...entries.filter(isClass), ...entries.filter((entry) => !isClass(entry))];
  return `${HEAD}\n${models.map(([name, schema]) => modelOf(modelName(name), schema)).join('\n\n')}`;
}

function modelOf(name: string, schema: Schema): string {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return `${name} = ${pythonType(schema)}\n`;
  if (properties.some(([property]) => KEYWORDS.has(property))) return functionalModel(name, schema);
  const isRequired = ([property]: [string, Schema]): boolean => schema.required?.includes(property) === true;
  const [required, optional] = [properties.filter(isRequired), properties.filter((property) => !isRequired(property))];
  if (optional.length === 0) return classOf(name, 'TypedDict', required);
  if (required.length === 0) return classOf(name, 'TypedDict, total=False', optional);
  return `${classOf(`_${name}Required`, 'TypedDict', required)}\n\n${classOf(name, `_${name}Required, total=False`, optional)}`;
}

function classOf(name: string, bases: string, properties: readonly [string, Schema][]): string {
  const lines = properties.map(([property, schema]) => `${comment(schema)}    ${property}: ${pythonType(schema)}\n`);
  return `class ${name}(${bases}):\n${lines.join('')}`;
}

/** A class cannot have a property that is called as a keyword. */
function functionalModel(name: string, { properties = {}, required = [] }: Schema): string {
  const lines = Object.entries(properties).map(
    ([property, schema]) => `    "${property}": "${pythonType(schema).replaceAll('"', "'")}",\n`,
  );
  const total = Object.keys(properties).every((property) => required.includes(property));
  return `${name} = TypedDict(\n    "${name}",\n    {\n${lines.map((line) => `    ${line}`).join('')}    },${total ? '' : '\n    total=False,'}\n)\n`;
}

function comment({ description }: Schema): string {
  return description === undefined ? '' : `    #: ${description.replace(/\s+/g, ' ')}\n`;
}
