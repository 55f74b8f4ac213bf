/** Names as programs write them. Others are data that stands where a name does, such as the name of a model, and stay as they are. */
const CAMEL_CASE = /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)+$/;
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;

/** `audioId` as `audio_id`. */
export function snakeCase(name: string): string {
  return CAMEL_CASE.test(name) ? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
}

/** `audio_id` as `audioId`. */
export function camelCase(name: string): string {
  return SNAKE_CASE.test(name) ? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : name;
}

/** A JSON value with all its names, however deep, spelt in another way. */
export function respelt(value: unknown, spell: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => respelt(item, spell));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [spell(name), respelt(item, spell)]));
}
