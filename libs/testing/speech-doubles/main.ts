import { registerHooks } from 'node:module';

/**
 * Runs one double as a process, from its sources: `node libs/testing/speech-doubles/main.ts`. `VENDOR` is openai (default), groq,
 * gemini, elevenlabs, openrouter or huggingface, `PORT` a port (default: a free one). Prints its address. `GET /__calls` gives what it has seen, `POST /__script` takes
 * `{ behaviours?, always?, reset? }`.
 */
registerHooks({
  // The sources name each other as they are called once built.
  resolve: (specifier, context, next) => {
    const ours = specifier.startsWith('./') && context.parentURL?.endsWith('.ts') === true;
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const doubles = await import('./index.js');
const starts = new Map([
  ['openai', doubles.startOpenAiDouble],
  ['groq', doubles.startGroqDouble],
  ['gemini', doubles.startGeminiDouble],
  ['elevenlabs', doubles.startElevenLabsDouble],
  ['openrouter', doubles.startOpenRouterDouble],
  ['huggingface', doubles.startHuggingFaceDouble],
]);
const { VENDOR = 'openai', PORT = '0' } = process.env;
const start = starts.get(VENDOR);
if (start === undefined) throw new Error(`There is no double of ${VENDOR}.`);
process.stdout.write(`${(await start(Number(PORT))).url}\n`);
