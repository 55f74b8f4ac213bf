import { DOUBLE_KEY, type SpeechDouble, startGroqDouble } from '#testing/speech-doubles';
import type { Client } from '../e2e/client.js';
import { onStack, SAYS_IT } from '../e2e/orders.js';
import type { Stack } from '../e2e/stack.js';

/** An installation that can ask OpenAI (the stack's provider) and Groq. */
export interface TwoProviders {
  stack: Stack;
  client: Client;
  groq: SpeechDouble;
}

/** Runs a scenario on an installation with two providers. @param env further variables of the apps */
export async function onTwoProviders<T>(env: Record<string, string>, scenario: (both: TwoProviders) => Promise<T>): Promise<T> {
  const groq = await startGroqDouble();
  groq.always(SAYS_IT);
  try {
    const both = { GROQ_API_KEY: DOUBLE_KEY, GROQ_BASE_URL: groq.url, ...env };
    return await onStack({ env: both, doubles: [groq] }, (stack, client) => scenario({ stack, client, groq }));
  } finally {
    await groq.close();
  }
}
