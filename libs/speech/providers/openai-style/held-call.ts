import { badResponse, type Connection, parseJson, refusalError, requestIdOf } from '#provider-calls';
import type { HeldAudio, ProviderId, SpeechResult } from '../../speech-provider.js';
import { heldForm } from '../held-form.js';
import { transcriptOf } from './transcript-answer.js';

/** A recording that lies in memory, and where it is sent. */
interface HeldCall {
  provider: ProviderId;
  url: string;
  key: string;
  fields: object;
  audio: HeldAudio;
}

/**
 * Asks a server with OpenAI's API for a transcript. Without the SDK, which makes two hundred objects for each call: for a short recording
 * its share of a request is as large as that of the transport.
 * @throws ProviderError when it is refused, or is no transcript
 */
export async function transcribeHeld(
  connection: Connection,
  { provider, url, key, fields, audio }: HeldCall,
  signal: AbortSignal,
): Promise<SpeechResult> {
  const { body, headers } = heldForm(fields, audio);
  const accepted = { authorization: `Bearer ${key}`, accept: 'application/json', ...headers };
  const answer = await connection.post(url, { headers: accepted, body, signal });
  const raw = parseJson(answer.body.toString());
  if (answer.status < 200 || answer.status > 299)
    throw refusalError({ provider, status: answer.status, headers: answer.headers, body: raw, key });
  const requestId = requestIdOf(answer.headers);
  if (raw === undefined) throw badResponse(provider, 'is not JSON', requestId);
  return transcriptOf({ provider, requestId, seconds: audio.seconds }, raw);
}
