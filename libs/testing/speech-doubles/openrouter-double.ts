import type { Behaviour, SpokenTranscript } from './behaviour.js';
import {
  type AudioCall,
  type DoubleAnswer,
  type DoubleRequest,
  type SpeechDouble,
  startDouble,
  type Vendor,
} from './double-server.js';
import { readAudioForm } from './form.js';
import { judgeBy } from './vendor-document.js';

const TRANSCRIPTIONS = '/api/v1/audio/transcriptions';
const FIELDS = ['file', 'model', 'language', 'response_format', 'temperature', 'timestamp_granularities[]'];
const OWN_SCHEMA = {
  type: 'object',
  required: ['file', 'model'],
  properties: {
    temperature: { type: 'number' },
    response_format: { enum: ['json', 'verbose_json'] },
    'timestamp_granularities[]': { type: 'array', items: { enum: ['word', 'segment'] } },
  },
};
const FORM = '/paths/~1audio~1transcriptions/post/requestBody/content/multipart~1form-data/schema';
/** $0.36 an hour: what is billed need not be what a table says. */
const DOLLARS_A_SECOND = 0.0001;

/** Starts a double of OpenRouter's transcription API, at `<url>/api/v1`. */
export function startOpenRouterDouble(port = 0): Promise<SpeechDouble> {
  const judge = judgeBy('openrouter-openapi.yaml', FORM, OWN_SCHEMA);
  const vendor: Vendor = {
    keyOf: ({ authorization }) => /^Bearer (.+)$/.exec(authorization ?? '')?.[1],
    modelsPath: '/api/v1/key',
    models: { data: { label: 'sk-or-v1-dou...ble', limit: null, limit_remaining: null, usage: 0, is_free_tier: false } },
    read: (request) =>
      request.url.pathname === TRANSCRIPTIONS && request.method === 'POST'
        ? readForm(request, judge)
        : Promise.resolve(undefined),
    transcript,
    refusal,
    wrongTypes: { text: 'one', segments: [{ id: 0, start: '0', end: 1, text: 'one' }] },
  };
  return startDouble(vendor, port);
}

async function readForm(request: DoubleRequest, judge: (form: unknown) => string[]): Promise<AudioCall> {
  const { audio, fileName = '', fields, names, texts } = await readAudioForm(request);
  const value = (name: string) => {
    if (name === 'temperature') return Number(fields[name]);
    if (name === 'file') return 'audio';
    return name.endsWith('[]') ? texts(name) : fields[name];
  };
  const problems = [
    ...judge(Object.fromEntries(names.map((name) => [name, value(name)]))),
    ...names.filter((name) => !FIELDS.includes(name)).map((name) => `${name} is no field`),
    ...(/\.wav$/.test(fileName) ? [] : ['the format is derived from the name of the file, which has none']),
  ];
  return { audio, model: fields.model ?? '', fields, problems };
}

function transcript({ fields }: AudioCall, spoken: SpokenTranscript, seconds: number): unknown {
  const usage = { cost: seconds * DOLLARS_A_SECOND, seconds, input_tokens: 83, output_tokens: 30, total_tokens: 113 };
  const text = spoken.segments.map((segment) => segment.text).join(' ');
  if (fields.response_format !== 'verbose_json') return { text, usage };
  const granularities = (fields['timestamp_granularities[]'] ?? 'segment').split(',');
  return {
    ...{ task: 'transcribe', language: 'english', duration: seconds, text, usage },
    segments: spoken.segments.map(({ start, end, text: said }, id) => ({ id, start, end, text: said })),
    ...(granularities.includes('word')
      ? { words: spoken.words.map(({ text: word, start, end }) => ({ word, start, end })) }
      : {}),
  };
}

function refusal({ mode, retryAfter }: Behaviour, call?: AudioCall): DoubleAnswer | undefined {
  switch (mode) {
    case 'bad_audio':
      return error(400, call?.problems.join('; ') || 'Invalid request parameters');
    case 'unauthorized':
      return error(401, 'Missing Authentication header');
    case 'too_large':
      return error(413, 'Payload too large');
    case 'rate_limited':
      return { ...error(429, 'Rate limit exceeded'), headers: { 'retry-after': retryAfter ?? '7' } };
    case 'no_credit':
      return error(402, 'Insufficient credits. Add more using https://openrouter.ai/credits');
    case 'server_error':
      return error(524, 'Request timed out. Please try again later.');
    case 'blocked':
      return error(403, 'Your input was flagged.', { reasons: ['harassment'], provider_name: 'OpenAI' });
    case 'output_truncated':
      return { status: 200, body: { text: 'one two', usage: { output_tokens: 2000, cost: 0.001 } } };
    default:
      return undefined;
  }
}

function error(code: number, message: string, metadata?: object): DoubleAnswer {
  return {
    status: code,
    headers: { 'x-generation-id': 'gen-double-2' },
    body: { error: { code, message, ...(metadata === undefined ? {} : { metadata }) } },
  };
}
