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

/** By the task's own schema, `automatic-speech-recognition/spec/input.json` of @huggingface/tasks 0.19.78. */
const INPUT = {
  type: 'object',
  additionalProperties: false,
  required: ['inputs'],
  properties: {
    inputs: { type: 'string', minLength: 1 },
    parameters: {
      type: 'object',
      additionalProperties: false,
      properties: {
        return_timestamps: { type: 'boolean' },
        generation_parameters: {
          type: 'object',
          additionalProperties: false,
          properties: { do_sample: { type: 'boolean' }, temperature: { type: 'number', exclusiveMinimum: 0 } },
        },
      },
    },
  },
};
const MODEL = /^\/hf-inference\/models\/(.+)$/;

interface TaskInput {
  inputs: string;
  parameters?: { return_timestamps?: boolean };
}

/** Starts a double of Hugging Face: inference at `<url>/hf-inference`, the hub at `<url>`. */
export function startHuggingFaceDouble(port = 0): Promise<SpeechDouble> {
  const isInput = new Ajv({ allErrors: true }).compile<TaskInput>(INPUT);
  const vendor: Vendor = {
    keyOf: ({ authorization }) => /^Bearer (.+)$/.exec(authorization ?? '')?.[1],
    modelsPath: '/api/whoami-v2',
    models: { type: 'user', name: 'double', auth: { type: 'access_token', accessToken: { role: 'fineGrained' } } },
    read: (request) => Promise.resolve(readInput(request, isInput)),
    transcript,
    refusal,
    wrongTypes: { text: 'one', chunks: [{ text: 'one', timestamp: ['0', 1] }] },
  };
  return startDouble(vendor, port);
}

function readInput({ url, method, body }: DoubleRequest, isInput: ReturnType<Ajv['compile']>): AudioCall | undefined {
  const model = MODEL.exec(url.pathname)?.[1];
  if (model === undefined || method !== 'POST') return undefined;
  const input = JSON.parse(body.toString()) as TaskInput;
  const problems = isInput(input) ? [] : (isInput.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const fields = { parameters: JSON.stringify(input.parameters ?? {}) };
  return { audio: Buffer.from(input.inputs, 'base64'), model, fields, problems };
}

/** The end of the last line is left open, as Whisper does when the sound stops. */
function transcript({ fields }: AudioCall, { segments }: SpokenTranscript): unknown {
  const isTimed = (JSON.parse(fields.parameters ?? '{}') as TaskInput['parameters'])?.return_timestamps === true;
  const chunks = segments.map(({ start, end, text }, index) => ({
    text: ` ${text}`,
    timestamp: [start, index === segments.length - 1 ? null : end],
  }));
  return { text: segments.map(({ text }) => ` ${text}`).join(''), ...(isTimed ? { chunks } : {}) };
}

function refusal({ mode, retryAfter }: Behaviour, call?: AudioCall): DoubleAnswer | undefined {
  switch (mode) {
    case 'bad_audio':
      return error(400, call?.problems.join('; ') || 'Malformed soundfile');
    case 'unauthorized':
      return error(401, 'Invalid username or password.');
    case 'too_large':
      return error(413, 'Payload Too Large');
    case 'rate_limited':
      return { ...error(429, 'Rate limit reached.'), headers: { 'retry-after': retryAfter ?? '7' } };
    case 'no_credit':
      return error(402, 'You have exceeded your monthly included credits for Inference Providers.');
    case 'server_error':
      return { status: 503, body: { error: 'Model openai/whisper-large-v3 is currently loading', estimated_time: 20.4 } };
    default:
      return undefined;
  }
}

function error(status: number, message: string): DoubleAnswer {
  return { status, headers: { 'x-request-id': 'Root=double-2' }, body: { error: message } };
}
