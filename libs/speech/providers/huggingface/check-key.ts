import { asObject, asText, type Connection } from '#provider-calls';
import type { KeyCheck } from '../../speech-provider.js';
import { askWithKey } from '../key-check.js';

/** Whether Hugging Face takes a token: it says whose it is. The list of models is open to everybody. */
export function checkHuggingFaceKey(
  connection: Connection,
  hubUrl: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<KeyCheck> {
  const question = {
    provider: 'huggingface',
    url: `${hubUrl}/api/whoami-v2`,
    headers: { authorization: `Bearer ${apiKey}` },
    apiKey,
    isAnswer: (body) => asText(asObject(body)?.name) !== undefined,
  } satisfies Parameters<typeof askWithKey>[1];
  return askWithKey(connection, question, signal);
}
