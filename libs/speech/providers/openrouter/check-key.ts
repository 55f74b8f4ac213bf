import { askWithKey, asObject, asText, type Connection, type KeyCheck } from '#provider-calls';

/** Whether OpenRouter takes a key: it tells what it knows of it. Its list of models is open to everybody. */
export function checkOpenRouterKey(
  connection: Connection,
  baseUrl: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<KeyCheck> {
  const question = {
    provider: 'openrouter',
    url: `${baseUrl}/key`,
    headers: { authorization: `Bearer ${apiKey}` },
    apiKey,
    isAnswer: (body) => asText(asObject(asObject(body)?.data)?.label) !== undefined,
  } satisfies Parameters<typeof askWithKey>[1];
  return askWithKey(connection, question, signal);
}
