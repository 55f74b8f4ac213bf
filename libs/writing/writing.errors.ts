import { defineErrors } from '#errors';

/** Why nothing was written. */
export const writingErrors = defineErrors({
  writer_rate_limited: {
    kind: 'rate_limited',
    title: 'The language model asks to wait',
    example: 'groq takes no more requests for now. Try again in 20 seconds, or name another provider.',
  },
  writer_unavailable: {
    kind: 'unavailable',
    title: 'The language model did not answer',
    example: 'openai gave no usable answer: The connection to openai failed. Try again later, or name another provider.',
  },
  writer_broke_off: {
    kind: 'unavailable',
    title: 'The language model broke off',
    example: 'openai broke off in the middle of its answer: nothing that came of it is whole. Ask again.',
  },
  writer_auth_failed: {
    kind: 'unprocessable',
    title: 'The provider of the language model refused the key',
    example: 'openai refused the key of this server. Its operator corrects OPENAI_API_KEY; or name another provider.',
  },
  writer_quota_exhausted: {
    kind: 'unprocessable',
    title: "The provider's quota is used up",
    example: 'The account at openai has no quota left. Top it up, or name another provider.',
  },
  writer_refused_content: {
    kind: 'unprocessable',
    title: 'The language model refuses the content',
    example: 'gemini refuses what it was asked, or what it was about to answer. Name another provider.',
  },
  text_too_long: {
    kind: 'unprocessable',
    title: 'The text is too much for the language model',
    example: 'openai wrote as much as it may before it was finished (output_truncated). Ask about less, or for a shorter answer.',
  },
  request_refused_by_writer: {
    kind: 'unprocessable',
    title: 'The language model does not take the request',
    example: 'openai does not take the request: openai answered 400. Change what is asked.',
  },
});
