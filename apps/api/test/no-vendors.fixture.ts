/** Vendors nobody answers for: no test reaches them. */
export const NO_VENDORS = Object.fromEntries(
  ['OPENAI', 'GROQ', 'GEMINI'].map((vendor) => [`${vendor}_BASE_URL`, 'http://127.0.0.1:9/v1']),
);
