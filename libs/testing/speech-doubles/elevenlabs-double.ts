import { Ajv } from 'ajv';
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

/** By its SDK 2.73: the document may not be kept beside the project. */
const FORM = {
  type: 'object',
  additionalProperties: false,
  required: ['model_id', 'file'],
  properties: {
    model_id: { enum: ['scribe_v1', 'scribe_v2'] },
    file: { type: 'string' },
    language_code: { type: 'string', pattern: '^[a-z]{2,3}$' },
    tag_audio_events: { enum: ['true', 'false'] },
    timestamps_granularity: { enum: ['none', 'word', 'character'] },
    diarize: { enum: ['true', 'false'] },
    temperature: { type: 'string', pattern: '^[01](\\.\\d+)?$|^2$' },
  },
};

/** Starts a double of ElevenLabs' transcription API. */
export function startElevenLabsDouble(port = 0): Promise<SpeechDouble> {
  const isForm = new Ajv({ allErrors: true }).compile(FORM);
  const judge = (form: unknown): string[] =>
    isForm(form) ? [] : (isForm.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const vendor: Vendor = {
    keyOf: (headers) => String(headers['xi-api-key'] ?? ''),
    modelsPath: '/v1/models',
    models: [{ model_id: 'eleven_multilingual_v2', name: 'Eleven Multilingual v2' }],
    read: (request) =>
      request.url.pathname === '/v1/speech-to-text' && request.method === 'POST'
        ? readForm(request, judge)
        : Promise.resolve(undefined),
    transcript,
    refusal,
    wrongTypes: { language_code: 'eng', text: 'one', words: [{ type: 'word', text: 'one', start: '0', end: 1 }] },
  };
  return startDouble(vendor, port);
}

async function readForm(request: DoubleRequest, judge: (form: unknown) => string[]): Promise<AudioCall> {
  const { audio, fields, names } = await readAudioForm(request);
  const problems = judge({ ...fields, ...(names.includes('file') ? { file: 'audio' } : {}) });
  return { audio, model: fields.model_id ?? '', fields, problems };
}

/** A word, a space, a word; the language in three letters. */
function transcript({ fields }: AudioCall, { words, segments }: SpokenTranscript, seconds: number): unknown {
  const speakerAt = (start: number) => segments.find((segment) => start >= segment.start && start < segment.end)?.speaker ?? 'A';
  const speakerOf = (start: number) => (fields.diarize === 'true' ? `speaker_${speakerAt(start) === 'A' ? 0 : 1}` : 'speaker_0');
  const items = words.flatMap(({ text, start, end }, index) => [
    ...(index === 0 ? [] : [{ type: 'spacing', text: ' ', start, end: start, speaker_id: speakerOf(start) }]),
    { type: 'word', text, start, end, logprob: -0.1, speaker_id: speakerOf(start) },
  ]);
  return {
    language_code: 'eng',
    language_probability: 0.98,
    text: words.map(({ text }) => text).join(' '),
    words: items,
    transcription_id: 'transcription-double-1',
    audio_duration_secs: seconds,
  };
}

function refusal({ mode, retryAfter }: Behaviour, call?: AudioCall): DoubleAnswer | undefined {
  switch (mode) {
    case 'bad_audio':
      return error(400, 'invalid_audio', call?.problems.join('; ') || 'The audio is corrupted.');
    case 'unauthorized':
      return error(401, 'invalid_api_key', 'Invalid API key');
    case 'too_large':
      return error(413, 'file_too_large', 'The file is too large.');
    case 'rate_limited':
      return {
        ...error(429, 'too_many_concurrent_requests', 'Too many concurrent requests.'),
        headers: { 'retry-after': retryAfter ?? '7' },
      };
    case 'no_credit':
      return error(401, 'quota_exceeded', 'This request exceeds your quota of 10000.');
    case 'server_error':
      return error(429, 'system_busy', 'The system is under heavy load.');
    default:
      return undefined;
  }
}

function error(status: number, code: string, message: string): DoubleAnswer {
  return { status, headers: { 'request-id': 'req-double-2' }, body: { detail: { status: code, message } } };
}
