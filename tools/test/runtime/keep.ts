/**
 * Remembers the properties of an object.
 * @returns what puts them back: changed ones as they were, new ones gone; what cannot be changed stays
 */
export function keep(object: object): () => void {
  const kept = new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]));
  return () => {
    for (const key of Reflect.ownKeys(object)) if (!kept.has(key)) Reflect.deleteProperty(object, key);
    for (const [key, property] of kept) if (property?.configurable === true) Object.defineProperty(object, key, property);
  };
}
