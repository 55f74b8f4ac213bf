import { readModelsFile } from '#provider-calls';
import { MODELS_FILE_SCHEMA } from './models-file-schema.js';
import type { ProviderId, SpeechModel } from './speech-provider.js';

/** A model of the file: what it says stands instead of what the table says. A new one names the one it is like. */
type ModelEntry = Partial<SpeechModel> & { id: string; like?: string };
type ModelsFile = Partial<Record<ProviderId, ModelEntry[]>>;

/** The models of a provider as the operator wants them. */
export type Corrections = (provider: ProviderId, table: readonly SpeechModel[]) => readonly SpeechModel[];

/**
 * Reads the file of SPEECH_MODELS_FILE.
 * @param path not set: the tables stand as they are
 * @throws ConfigError naming every mistake in it, here or, for what only the tables show, from what is returned
 */
export function readCorrections(path: string | undefined): Corrections {
  if (path === undefined) return (_, table) => table;
  const { content, mistakes } = readModelsFile<ModelsFile>('SPEECH_MODELS_FILE', path, MODELS_FILE_SCHEMA);
  return (provider, table) => {
    const { models, problems } = corrected(provider, table, content[provider] ?? []);
    if (problems.length > 0) throw mistakes(problems);
    return models;
  };
}

function corrected(
  provider: ProviderId,
  table: readonly SpeechModel[],
  entries: readonly ModelEntry[],
): { models: readonly SpeechModel[]; problems: string[] } {
  const models = new Map(table.map((model) => [model.id, model]));
  const problems: string[] = [];
  entries.forEach(({ like, ...entry }, index) => {
    const place = `${provider}[${index}] (${entry.id})`;
    const known = models.get(entry.id);
    const base = known ?? models.get(like ?? '');
    // Which engines there are differs from machine to machine; the file is one for all.
    if (known === undefined && provider === 'local') return;
    if (entries.findIndex(({ id }) => id === entry.id) < index) problems.push(`${place} is there twice`);
    else if (base === undefined) problems.push(`${place} ${withoutBase(provider, table, like)}`);
    else if (known === undefined && entry.price === undefined) problems.push(`${place} is new: it needs a price, if only null`);
    else models.set(entry.id, { ...base, ...entry });
  });
  return { models: [...models.values()], problems };
}

function withoutBase(provider: ProviderId, table: readonly SpeechModel[], like: string | undefined): string {
  const names = table.map(({ id }) => id).join(', ') || 'none';
  return like === undefined
    ? `is new: it needs "like", the model of ${provider} that it can do as much as; there are: ${names}`
    : `is like "${like}", which ${provider} does not have; there are: ${names}`;
}
