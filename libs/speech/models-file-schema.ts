import { PROVIDER_IDS } from './speech-provider.js';

const PRICE = {
  type: 'object',
  additionalProperties: false,
  required: ['microDollarsPerMinute', 'source', 'date'],
  properties: {
    microDollarsPerMinute: { type: ['number', 'null'], minimum: 0 },
    leastSeconds: { type: 'number', minimum: 0 },
    source: { type: 'string', minLength: 1, maxLength: 500 },
    date: { type: 'string', pattern: '^\\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?$' },
  },
};

const MODEL = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: {
    // It stands in addresses and in forms.
    id: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$' },
    like: { type: 'string' },
    formats: { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[a-z0-9]+$' } },
    maxBytes: { type: 'integer', minimum: 1_000_000 },
    maxSeconds: { type: 'number', minimum: 30 },
    preferredSeconds: { type: 'number', minimum: 5 },
    timestamps: { enum: ['word', 'segment', 'none'] },
    diarization: { type: 'boolean' },
    languages: {
      anyOf: [{ const: 'multilingual' }, { type: 'array', minItems: 1, items: { type: 'string', pattern: '^[a-z]{2,3}$' } }],
    },
    translation: { const: true },
    logProbabilities: { const: true },
    lowAccuracy: { const: true },
    accuracy: { enum: [1, 2, 3] },
    price: PRICE,
  },
};

/** What SPEECH_MODELS_FILE may say, as a JSON schema: for each provider, models of the shape of `SpeechModel`. */
export const MODELS_FILE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(PROVIDER_IDS.map((id) => [id, { type: 'array', items: MODEL }])),
};
