import { setTimeout as sleep } from 'node:timers/promises';
import { asObject, asText, badResponse, type JsonValue, parseJson, ProviderError } from '#provider-calls';
import type { SpeechRequest } from '../../speech-provider.js';
import { chunkFile } from '../chunk-file.js';

/** One request to Gemini's API, by the path after the base URL or by a whole address it gave us; refusals are thrown. */
export type GeminiCall = (address: string, init: RequestInit & { signal: AbortSignal }) => Promise<Response>;

const POLL_MS = 500;
const DELETE_TIMEOUT_MS = 10_000;

interface RemoteFile {
  name: string;
  uri: string;
  state: string;
}

/**
 * Lends a chunk to Gemini's Files API while it is needed, and deletes it there whatever happens.
 * @param mimeType as Gemini names the format
 * @param use gets the address under which `generateContent` reads it
 * @throws ProviderError when the upload is refused or Gemini cannot read the file; what `use` throws
 */
export async function withUploadedAudio<T>(
  call: GeminiCall,
  audio: SpeechRequest['audio'],
  mimeType: string,
  signal: AbortSignal,
  use: (uri: string) => Promise<T>,
): Promise<T> {
  const uploaded = await upload(call, audio, mimeType, signal);
  try {
    return await use(await readableUri(call, uploaded, signal));
  } finally {
    // Not waited for: the transcript is there, or the caller has stopped waiting.
    void remove(call, uploaded.name);
  }
}

/** The resumable protocol in one piece: the bytes go from disk to the socket, with their length said beforehand. */
async function upload(
  call: GeminiCall,
  audio: SpeechRequest['audio'],
  mimeType: string,
  signal: AbortSignal,
): Promise<RemoteFile> {
  const file = await chunkFile('gemini', audio);
  const opened = await call('/upload/v1beta/files', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(file.size),
      'x-goog-upload-header-content-type': mimeType,
    },
    body: JSON.stringify({ file: { displayName: 'chunk' } }),
    signal,
  });
  const address = opened.headers.get('x-goog-upload-url');
  if (address === null || !URL.canParse(address)) throw badResponse('gemini', 'gives no address to upload to');
  const sent = await call(address, {
    method: 'POST',
    headers: { 'x-goog-upload-offset': '0', 'x-goog-upload-command': 'upload, finalize' },
    body: file,
    signal,
  });
  return remoteFile(asObject(parseJson(await sent.text()))?.file);
}

/** Asks until Gemini has made the file readable; the signal bounds the waiting. */
async function readableUri(call: GeminiCall, uploaded: RemoteFile, signal: AbortSignal): Promise<string> {
  let file = uploaded;
  while (file.state === 'PROCESSING') {
    await sleep(POLL_MS, undefined, { signal });
    const answer = await call(`/v1beta/${uploaded.name}`, { method: 'GET', signal });
    file = remoteFile(parseJson(await answer.text()));
  }
  if (file.state === 'ACTIVE') return file.uri;
  const message = 'gemini could not read the uploaded audio.';
  throw new ProviderError({ provider: 'gemini', kind: 'invalid_audio', providerCode: file.state, message });
}

function remoteFile(value: JsonValue | undefined): RemoteFile {
  const file = asObject(value);
  const [name, uri, state] = [asText(file?.name), asText(file?.uri), asText(file?.state)];
  // The name becomes part of an address.
  if (name === undefined || !/^files\/[a-z0-9-]+$/.test(name) || uri === undefined || state === undefined) {
    throw badResponse('gemini', 'describes no uploaded file');
  }
  return { name, uri, state };
}

/** By its own clock, so that it also happens after an abort. A file that stays is deleted by Gemini after 48 hours. */
async function remove(call: GeminiCall, name: string): Promise<void> {
  const deletion = call(`/v1beta/${name}`, { method: 'DELETE', signal: AbortSignal.timeout(DELETE_TIMEOUT_MS) });
  await deletion.catch(() => undefined);
}
