import { readModelsFile } from '#provider-calls';
import { LANGUAGE_PROVIDER_IDS, type LanguageModel, type LanguageProviderId } from './language-provider.js';

/** A model of the file: what it says stands instead of what the table says. */
type ModelEntry = Partial<LanguageModel> & { id: string };
type ModelsFile = Partial<Record<LanguageProviderId, ModelEntry[]>>;

/** The models of a provider as the operator wants them. */
export type Corrections = (provider: LanguageProviderId, table: readonly LanguageModel[]) => readonly LanguageModel[];

const COUNT = { type: 'integer', minimum: 1, nullable: true };
const PRICE = { type: 'integer', minimum: 0, nullable: true };
const ENTRY = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 200 },
    contextTokens: COUNT,
    maxOutputTokens: COUNT,
    structuredOutput: { type: 'string', enum: ['schema', 'json'] },
    streaming: { type: 'boolean' },
    temperature: { type: 'boolean' },
    tokenizer: { type: 'string', enum: ['o200k_base', null], nullable: true },
    price: {
      type: 'object',
      additionalProperties: false,
      required: ['input', 'output', 'cachedInput', 'source', 'date'],
      properties: {
        input: PRICE,
        output: PRICE,
        cachedInput: PRICE,
        source: { type: 'string', minLength: 1 },
        date: { type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}$` },
      },
    },
  },
};
const FILE = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(LANGUAGE_PROVIDER_IDS.map((id) => [id, { type: 'array', items: ENTRY }])),
};

/** What nobody has said of a model: what any can do. */
const UNTOLD: Omit<LanguageModel, 'id' | 'price'> = {
  contextTokens: null,
  maxOutputTokens: null,
  structuredOutput: 'json',
  streaming: true,
  temperature: true,
  tokenizer: null,
};

/**
 * Reads the file of LANGUAGE_MODELS_FILE.
 * @param path not set: the tables stand as they are
 * @throws ConfigError naming every mistake in it, here or, for what only the tables show, from what is returned
 */
export function readCorrections(path: string | undefined): Corrections {
  if (path === undefined) return (_, table) => table;
  const { content, mistakes } = readModelsFile<ModelsFile>('LANGUAGE_MODELS_FILE', path, FILE);
  return (provider, table) => {
    const entries = content[provider] ?? [];
    const models = new Map(table.map((model) => [model.id, model]));
    const problems: string[] = [];
    entries.forEach((entry, index) => {
      const price = entry.price ?? models.get(entry.id)?.price;
      if (entries.findIndex(({ id }) => id === entry.id) < index) problems.push(`${entry.id} of ${provider} is there twice`);
      else if (price === undefined) problems.push(`${entry.id} of ${provider} is new: it needs a price, if only of null`);
      else models.set(entry.id, { ...(models.get(entry.id) ?? UNTOLD), ...entry, price });
    });
    if (problems.length > 0) throw mistakes(problems);
    return [...models.values()];
  };
}
