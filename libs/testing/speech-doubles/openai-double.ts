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

const FORMATS = ['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'];

const OWN_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['file', 'model'],
  properties: {
    file: { type: 'string' },
    model: { type: 'string' },
    language: { type: 'string' },
    prompt: { type: 'string' },
    temperature: { type: 'number' },
    response_format: { enum: FORMATS },
    timestamp_granularities: { type: 'array', items: { enum: ['word', 'segment'] } },
    chunking_strategy: { enum: ['auto'] },
    include: { type: 'array', items: { enum: ['logprobs'] } },
  },
};

const OWN_TRANSLATION_SCHEMA = {
  ...OWN_SCHEMA,
  properties: {
    file: { type: 'string' },
    model: { type: 'string' },
    prompt: { type: 'string' },
    temperature: { type: 'number' },
    response_format: { enum: FORMATS },
  },
};

const judgeTranslation = judgeBy('openai-openapi.yaml', 'CreateTranslationRequest', OWN_TRANSLATION_SCHEMA);
const judgeOpenAi = () => judgeBy('openai-openapi.yaml', 'CreateTranscriptionRequest', OWN_SCHEMA);

/** Starts a double of OpenAI's transcription API, at `<url>/v1`. */
export function startOpenAiDouble(port = 0): Promise<SpeechDouble> {
  return startDouble(vendorAt('/v1', judgeOpenAi()), port);
}

/** Starts a double of Groq's: the same forms with fewer formats, under another path. */
export function startGroqDouble(port = 0): Promise<SpeechDouble> {
  const judgeForm = judgeOpenAi();
  const judge = (form: unknown) => [
    ...judgeForm(form),
    ...(['json', 'text', 'verbose_json'].includes((form as { response_format: string }).response_format)
      ? []
      : ['/response_format is none of json, text, verbose_json']),
  ];
  return startDouble(vendorAt('/openai/v1', judge), port);
}

function vendorAt(base: string, judge: (form: unknown) => string[]): Vendor {
  const judgeOf: Record<string, typeof judge> = {
    [`${base}/audio/transcriptions`]: judge,
    [`${base}/audio/translations`]: judgeTranslation,
  };
  return {
    keyOf: ({ authorization }) => /^Bearer (.+)$/.exec(authorization ?? '')?.[1],
    modelsPath: `${base}/models`,
    models: { object: 'list', data: [{ id: 'whisper-1', object: 'model', created: 1, owned_by: 'double' }] },
    read: (request) =>
      judgeOf[request.url.pathname] !== undefined && request.method === 'POST'
        ? readForm(request, judgeOf[request.url.pathname] ?? judge)
        : Promise.resolve(undefined),
    transcript,
    refusal,
    wrongTypes: { text: 'one', segments: [{ start: '0', end: 1, text: 'one' }] },
  };
}

async function readForm(request: DoubleRequest, judge: (form: unknown) => string[]): Promise<AudioCall> {
  const { audio, fileName, fields, names, texts } = await readAudioForm(request);
  const value = (name: string) => (name.endsWith('[]') ? texts(name) : typed(name, texts(name)[0] ?? ''));
  const judged = Object.fromEntries(names.map((name) => [name.replace(/\[\]$/, ''), name === 'file' ? 'audio' : value(name)]));
  const problems = [...judge(judged), ...rulesOf(fields, fileName)];
  return { audio, model: fields.model ?? '', fields, problems };
}

function typed(name: string, value: string): string | number {
  return name === 'temperature' ? Number(value) : value;
}

/** What the document says in words only. */
function rulesOf(fields: Record<string, string>, fileName = ''): string[] {
  const { model = '', response_format: format = 'json' } = fields;
  const problems = [];
  if ('include[]' in fields && (format !== 'json' || !/^gpt-4o(-mini)?-transcribe$/.test(model)))
    problems.push('include is for json of gpt-4o-transcribe and gpt-4o-mini-transcribe');
  if (!/\.(wav|mp3|ogg|flac|m4a|webm)$/.test(fileName)) problems.push('file has no name that tells its format');
  if ('timestamp_granularities[]' in fields && format !== 'verbose_json')
    problems.push('timestamp_granularities needs verbose_json');
  if (model.endsWith('-diarize')) {
    if ('prompt' in fields) problems.push('prompt is not supported by -diarize');
    if (!('chunking_strategy' in fields)) problems.push('chunking_strategy is required by -diarize');
  } else if (/^gpt-/.test(model) && format !== 'json') problems.push(`${model} gives json only`);
  return problems;
}

function transcript({ model, fields }: AudioCall, spoken: SpokenTranscript, seconds: number): unknown {
  const text = spoken.segments.map((segment) => segment.text).join(' ');
  const format = fields.response_format ?? 'json';
  if (format === 'diarized_json') {
    const segments = spoken.segments.map((segment, index) => ({
      ...segment,
      type: 'transcript.text.segment',
      id: `seg_${index}`,
    }));
    return { task: 'transcribe', duration: seconds, text, segments, usage: { type: 'duration', seconds: Math.ceil(seconds) } };
  }
  if (format !== 'verbose_json') {
    const usage = { type: 'tokens', input_tokens: Math.ceil(seconds * 10), output_tokens: spoken.words.length, total_tokens: 0 };
    const tokens = spoken.words.map(({ text: token }) => ({ token, logprob: -0.25, bytes: [...Buffer.from(token)] }));
    return {
      text,
      ...(model === 'gpt-transcribe' ? { languages: [{ code: spoken.language }] } : {}),
      ...(fields['include[]'] === 'logprobs' ? { logprobs: tokens } : {}),
      usage,
    };
  }
  const granularities = (fields['timestamp_granularities[]'] ?? 'segment').split(',');
  const segments = spoken.segments.map(({ start, end, text: said }, id) => ({
    ...{ id, seek: 0, start, end, text: ` ${said}`, tokens: [], temperature: 0 },
    ...{ avg_logprob: -0.25, compression_ratio: 1.2, no_speech_prob: 0.01 },
  }));
  const words = spoken.words.map(({ text: word, start, end }) => ({ word, start, end }));
  return {
    ...{ task: 'transcribe', language: 'english', duration: seconds, text },
    ...(granularities.includes('segment') ? { segments } : {}),
    ...(granularities.includes('word') ? { words } : {}),
    usage: { type: 'duration', seconds: Math.ceil(seconds) },
  };
}

function refusal({ mode, retryAfter }: Behaviour, call?: AudioCall): DoubleAnswer | undefined {
  switch (mode) {
    case 'bad_audio':
      return error(400, 'invalid_request_error', null, call?.problems.join('; ') || 'The audio file could not be decoded.');
    case 'unauthorized':
      return error(401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided: sk-double-0123456789.');
    case 'too_large':
      return error(413, 'server_error', null, 'Maximum content size limit (26214400) exceeded (26214401 bytes read)');
    case 'rate_limited':
      return {
        ...error(429, 'requests', 'rate_limit_exceeded', 'Rate limit reached.'),
        headers: { 'retry-after': retryAfter ?? '7' },
      };
    case 'no_credit':
      return error(429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.');
    case 'server_error':
      return error(500, 'server_error', null, 'The server had an error.');
    case 'blocked':
      return error(400, 'invalid_request_error', 'content_policy_violation', 'Refused by the content policy.');
    case 'output_truncated':
      return error(400, 'invalid_request_error', 'invalid_value', 'audio duration 1509.9 seconds is longer than 1400 seconds');
    default:
      return undefined;
  }
}

function error(status: number, type: string, code: string | null, message: string): DoubleAnswer {
  return { status, headers: { 'x-request-id': 'req_double_2' }, body: { error: { message, type, param: null, code } } };
}
