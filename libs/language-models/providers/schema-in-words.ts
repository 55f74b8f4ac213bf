import type { AnswerSchema } from '../language-provider.js';

/** The order to answer in a shape, for models that are held to JSON but to no schema. DeepSeek refuses JSON mode without the word. */
export function orderToAnswerIn({ name, schema }: AnswerSchema): string {
  return [
    `Answer with one JSON object and nothing else: no words around it, no code fence.`,
    `It is called ${name} and satisfies this JSON Schema: ${JSON.stringify(schema)}`,
  ].join('\n');
}
