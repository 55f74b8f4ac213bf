import type { Behaviour, SpokenTranscript } from './behaviour.js';
import {
  type AudioCall,
  type DoubleAnswer,
  type DoubleRequest,
  type SpeechDouble,
  startDouble,
  type Vendor,
} from './double-server.js';
import { judgeBy } from './vendor-document.js';

interface GenerateRequest {
  contents: { parts: { text?: string; inlineData?: { data: string }; fileData?: { fileUri: string } }[] }[];
  generationConfig?: { responseMimeType?: string };
}

const GENERATE = /^\/v1beta\/models\/([^/:]+):generateContent$/;
const FILE = /^\/v1beta\/(files\/[a-z0-9-]+)$/;

const OWN_SCHEMA = {
  type: 'object',
  required: ['contents'],
  properties: {
    contents: { type: 'array', minItems: 1 },
    generationConfig: { type: 'object' },
    safetySettings: { type: 'array' },
  },
};

/** Starts a double of Gemini: `generateContent` and the Files API, at `<url>/v1beta`. */
export function startGeminiDouble(port = 0): Promise<SpeechDouble> {
  const judge = judgeBy('gemini-openapi-20241016.json', 'GenerateContentRequest', OWN_SCHEMA);
  const files = new Map<string, { audio: Buffer; polls: number }>();
  const vendor: Vendor = {
    keyOf: (headers) => String(headers['x-goog-api-key'] ?? ''),
    modelsPath: '/v1beta/models',
    models: { models: [{ name: 'models/gemini-2.5-flash' }], nextPageToken: 'Aa' },
    read: (request) => Promise.resolve(readGenerate(request, files, judge) ?? readFiles(request, files)),
    transcript,
    refusal,
    wrongTypes: answer('STOP', JSON.stringify({ language: 'en', segments: [{ start: 'now', end: 1, text: 'one' }] })),
  };
  return startDouble(vendor, port);
}

type Files = Map<string, { audio: Buffer; polls: number }>;

function readGenerate({ url, body }: DoubleRequest, files: Files, judge: ReturnType<typeof judgeBy>): AudioCall | undefined {
  const model = GENERATE.exec(url.pathname)?.[1];
  if (model === undefined) return undefined;
  const request = JSON.parse(body.toString()) as GenerateRequest;
  const parts = request.contents.flatMap((content) => content.parts);
  const inline = parts.find((part) => part.inlineData !== undefined)?.inlineData?.data;
  const uri = parts.find((part) => part.fileData !== undefined)?.fileData?.fileUri;
  const lent = uri === undefined ? undefined : files.get(new URL(uri).pathname.replace('/v1beta/', ''))?.audio;
  const audio = inline === undefined ? (lent ?? Buffer.alloc(0)) : Buffer.from(inline, 'base64');
  const fields = {
    via: inline === undefined ? 'file' : 'inline',
    order: parts.map(({ text }) => text ?? '').join(''),
    responseMimeType: request.generationConfig?.responseMimeType ?? '',
  };
  const problems = [...judge({ model: `models/${model}`, ...request }), ...(audio.length === 0 ? ['there is no audio'] : [])];
  return { audio, model, fields, problems };
}

/** The resumable upload in two requests, then PROCESSING for one poll, then ACTIVE. */
function readFiles({ method, url, headers, body }: DoubleRequest, files: Files): DoubleAnswer | undefined {
  if (url.pathname === '/upload/v1beta/files' && headers['x-goog-upload-command'] === 'start') {
    const name = `files/double-${files.size + 1}`;
    return { status: 200, headers: { 'x-goog-upload-url': `${url.origin}/upload/v1beta/${name}` }, body: {} };
  }
  const uploading = /^\/upload\/v1beta\/(files\/.+)$/.exec(url.pathname)?.[1];
  if (uploading !== undefined) {
    files.set(uploading, { audio: body, polls: 0 });
    return { status: 200, body: { file: description(url, uploading, 'PROCESSING') } };
  }
  const name = FILE.exec(url.pathname)?.[1];
  const file = name === undefined ? undefined : files.get(name);
  if (name === undefined || file === undefined) return undefined;
  if (method === 'DELETE') files.delete(name);
  file.polls += 1;
  return { status: 200, body: method === 'DELETE' ? {} : description(url, name, file.polls > 1 ? 'ACTIVE' : 'PROCESSING') };
}

function description(url: URL, name: string, state: string): object {
  return { name, uri: `${url.origin}/v1beta/${name}`, state, mimeType: 'audio/wav' };
}

function transcript(_call: AudioCall, { language, segments }: SpokenTranscript, seconds: number): unknown {
  return answer('STOP', JSON.stringify({ language, segments }), Math.ceil(seconds * 32));
}

function answer(finishReason: string, text: string, promptTokenCount = 32): object {
  return {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }],
    usageMetadata: { promptTokenCount, candidatesTokenCount: 20, totalTokenCount: promptTokenCount + 20 },
    responseId: 'response-double-1',
  };
}

function refusal({ mode, retryAfter }: Behaviour, call?: AudioCall): DoubleAnswer | undefined {
  switch (mode) {
    case 'bad_audio':
      return error(400, 'INVALID_ARGUMENT', call?.problems.join('; ') || 'Request contains an invalid argument.');
    case 'unauthorized':
      return error(400, 'INVALID_ARGUMENT', 'API key not valid.', { '@type': 'ErrorInfo', reason: 'API_KEY_INVALID' });
    case 'too_large':
      return error(413, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.');
    case 'rate_limited':
      return error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', { '@type': 'RetryInfo', retryDelay: `${retryAfter ?? '7'}s` });
    case 'no_credit':
      return error(402, 'FAILED', 'The account has no credit.');
    case 'server_error':
      return error(500, 'INTERNAL', 'An internal error has occurred.');
    case 'blocked':
      return { status: 200, body: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } } };
    case 'output_truncated':
      return { status: 200, body: answer('MAX_TOKENS', '{"language":"en","segments":[') };
    default:
      return undefined;
  }
}

function error(code: number, status: string, message: string, ...details: object[]): DoubleAnswer {
  return { status: code, body: { error: { code, message, status, details } } };
}
