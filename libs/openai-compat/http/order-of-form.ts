import { LRUCache } from 'lru-cache';
import { validationPipe } from '#errors/http';
import { type SpeechOrder, unsupported } from '../speech-order.js';
import { TranscriptionFormDto, TranslationFormDto } from './dto/speech-form.dto.js';

const PIPE = validationPipe();
/** Programs send the same fields again and again, and checking them takes longer than reading the form. Forms are not changed after. */
const WELL_FORMED = new LRUCache<string, object>({ max: 1_000 });
const LONGEST_REMEMBERED = 500;

type Fields = ReadonlyMap<string, readonly string[]>;

/** Of these a form may have several; of the others the last one counts. */
const LISTS = ['timestamp_granularities', 'include'];
const TRANSCRIPTION_FIELDS = ['model', 'prompt', 'temperature', 'language', 'response_format', 'stream', ...LISTS];
const TRANSLATION_FIELDS = ['model', 'prompt', 'temperature', 'response_format'];
/** Their models tell speakers apart by samples; ours do not, and saying nothing would give other names than those asked for. */
const KNOWN_SPEAKERS = ['known_speaker_names', 'known_speaker_references'];
/** OpenAI's own Whisper answers at once or not at all. */
const NEVER_STREAMED = new Set(['whisper-1', 'openai/whisper-1']);

/**
 * What the form of POST /v1/audio/transcriptions asks for. Fields nobody knows are passed over, and empty ones, as OpenAI does.
 * @throws FieldError validation_failed, unsupported_value
 */
export async function transcriptionOrder(fields: Fields): Promise<SpeechOrder> {
  for (const name of KNOWN_SPEAKERS)
    if (fields.has(name)) throw unsupported(name, `${name} is not supported here. Leave it out; speakers are named by letters.`);
  const form = await checked(fields, TRANSCRIPTION_FIELDS, TranscriptionFormDto);
  const { model, language, prompt, temperature, stream = false, response_format: format = 'json' } = form;
  const granularities = new Set(form.timestamp_granularities);
  const logProbabilities = form.include?.includes('logprobs') === true;
  if (logProbabilities && format !== 'json')
    throw unsupported('include', "include 'logprobs' needs response_format 'json'. Ask for that, or leave it out.");
  if (granularities.has('word') && format !== 'verbose_json')
    throw unsupported(
      'timestamp_granularities',
      "timestamp_granularities needs response_format 'verbose_json'. Ask for that, or leave it out.",
    );
  return {
    ...{ model, format, language, prompt, temperature, granularities, logProbabilities, translate: false },
    diarize: format === 'diarized_json',
    stream: stream && !NEVER_STREAMED.has(model),
  };
}

/**
 * What the form of POST /v1/audio/translations asks for.
 * @throws FieldError validation_failed
 */
export async function translationOrder(fields: Fields): Promise<SpeechOrder> {
  const form = await checked(fields, TRANSLATION_FIELDS, TranslationFormDto);
  const { model, prompt, temperature, response_format: format = 'json' } = form;
  const plain = { granularities: new Set<never>(), logProbabilities: false, diarize: false, stream: false };
  return { model, format, prompt, temperature, ...plain, translate: true };
}

async function checked<Form extends object>(fields: Fields, known: readonly string[], type: new () => Form): Promise<Form> {
  const given = known.flatMap((name): [string, string | string[]][] => {
    const values = fields.get(name)?.filter((value) => value !== '') ?? [];
    if (values.length === 0) return [];
    return [[name, LISTS.includes(name) ? values.flatMap((value) => value.split(',')) : (values.at(-1) ?? '')]];
  });
  const text = `${type.name} ${JSON.stringify(given)}`;
  const before = WELL_FORMED.get(text);
  if (before !== undefined) return before as Form;
  const form = (await PIPE.transform(Object.fromEntries(given), { type: 'body', metatype: type })) as Form;
  if (text.length < LONGEST_REMEMBERED) WELL_FORMED.set(text, form);
  return form;
}
