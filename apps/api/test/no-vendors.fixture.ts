/** Vendors nobody answers for: no test reaches them. */
export const NO_VENDORS = Object.fromEntries(
  [
    ...['OPENAI', 'GROQ', 'GEMINI', 'ELEVENLABS', 'OPENROUTER', 'HUGGINGFACE'].map((vendor) => `${vendor}_BASE_URL`),
    'HUGGINGFACE_HUB_URL',
  ].map((name) => [name, 'http://127.0.0.1:9/v1']),
);
