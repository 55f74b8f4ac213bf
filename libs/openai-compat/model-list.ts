import type { SpeechModel, SpeechProvider } from '#speech';

/** A model as OpenAI lists it. */
export interface ListedModel {
  id: string;
  object: 'model';
  /** Seconds since 1970: when what is known of it was read. */
  created: number;
  owned_by: string;
}

/**
 * Every name a request may use: models by their own names, of the preferred provider that serves them, then all with their provider's.
 * @param usable providers the workspace can use, the preferred one first
 */
export function modelList(usable: readonly SpeechProvider[]): ListedModel[] {
  const all = usable.flatMap((provider) => provider.models.map((model) => ({ provider, model })));
  const bare = all.map(({ provider, model }) => listed(model.id, provider, model));
  const full = all.map(({ provider, model }) => listed(`${provider.id}/${model.id}`, provider, model));
  const open = all[0] === undefined ? [] : [listed('whisper-1', all[0].provider, all[0].model)];
  const names = [...bare, ...open, ...full];
  // The first of a name is the one that a request gets.
  return names.filter(({ id }, index) => names.findIndex((other) => other.id === id) === index);
}

function listed(id: string, { id: owner }: SpeechProvider, { price }: SpeechModel): ListedModel {
  return { id, object: 'model', created: Math.floor(Date.parse(price.date) / 1_000), owned_by: owner };
}
