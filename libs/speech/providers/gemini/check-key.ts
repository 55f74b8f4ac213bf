import { askWithKey, type Connection, isListUnder, type KeyCheck } from '#provider-calls';

/** Whether Gemini takes a key: one line of its list of models costs nothing. A bad key is its 400 with API_KEY_INVALID. */
export function checkGeminiKey(connection: Connection, baseUrl: string, apiKey: string, signal: AbortSignal): Promise<KeyCheck> {
  const headers = { 'x-goog-api-key': apiKey };
  const url = `${baseUrl}/v1beta/models?pageSize=1`;
  return askWithKey(connection, { provider: 'gemini', url, headers, apiKey, isAnswer: isListUnder('models') }, signal);
}
