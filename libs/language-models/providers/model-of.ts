import type { LanguageModel, LanguageProvider } from '../language-provider.js';

/**
 * A provider's model of this name.
 * @throws Error when there is none: whom to ask is decided before
 */
export function modelOf({ id, models }: Pick<LanguageProvider, 'id' | 'models'>, name: string): LanguageModel {
  const model = models.find((candidate) => candidate.id === name);
  if (model === undefined) throw new Error(`The model ${name} is not one of ${id}'s.`);
  return model;
}
