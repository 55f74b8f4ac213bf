import { askWithKey, asObject, asText, type Connection, type KeyCheck } from '#provider-calls';

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
