import { askWithKey, type Connection, isListUnder, type KeyCheck } from '#provider-calls';

/** Whether OpenAI, or the server in its place, takes a key: its list of models costs nothing. */
export function checkOpenAiKey(connection: Connection, baseUrl: string, apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
  const url = `${baseUrl.replace(/\/+$/, '')}/models`;
  const headers = { authorization: `Bearer ${apiKey}` };
  return askWithKey(connection, { provider: 'openai', url, headers, apiKey, isAnswer: isListUnder('data') }, signal);
}
