import { askWithKey, type Connection, isListUnder, type KeyCheck } from '#provider-calls';

/** Whether Groq takes a key: its list of models costs nothing. */
export function checkGroqKey(connection: Connection, baseUrl: string, apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
  const url = `${baseUrl.replace(/\/+$/, '')}/openai/v1/models`;
  const headers = { authorization: `Bearer ${apiKey}` };
  return askWithKey(connection, { provider: 'groq', url, headers, apiKey, isAnswer: isListUnder('data') }, signal);
}
