import { askWithKey, asObjects, type Connection, type KeyCheck } from '#provider-calls';

/**
 * Whether ElevenLabs takes a key: its list of models costs nothing. A key can be restricted to transcripts, and then may not see that
 * list; that it is told so by name shows that it is known.
 */
export async function checkElevenLabsKey(
  connection: Connection,
  baseUrl: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<KeyCheck> {
  const question = {
    provider: 'elevenlabs',
    url: `${baseUrl}/v1/models`,
    headers: { 'xi-api-key': apiKey },
    apiKey,
    isAnswer: (body) => asObjects(body) !== undefined,
  } satisfies Parameters<typeof askWithKey>[1];
  const check = await askWithKey(connection, question, signal);
  return check.outcome === 'refused' && check.code === 'missing_permissions' ? { outcome: 'good' } : check;
}
