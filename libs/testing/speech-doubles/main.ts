import { registerHooks } from 'node:module';

/**
 * Runs one double as a process, from its sources: `node libs/testing/speech-doubles/main.ts`. `VENDOR` is openai (default), groq or
 * gemini, `PORT` a port (default: a free one). Prints its address. `GET /__calls` gives what it has seen, `POST /__script` takes
 * `{ behaviours?, always?, reset? }`.
 */
registerHooks({
  // The sources name each other as they are called once built.
  resolve: (specifier, context, next) => {
    const ours = specifier.startsWith('./') && context.parentURL?.endsWith('.ts') === true;
    return next(ours ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { startGeminiDouble, startGroqDouble, startOpenAiDouble } = await import('./index.js');
const starts = new Map([
  ['openai', startOpenAiDouble],
  ['groq', startGroqDouble],
  ['gemini', startGeminiDouble],
]);
const { VENDOR = 'openai', PORT = '0' } = process.env;
const start = starts.get(VENDOR);
if (start === undefined) throw new Error(`There is no double of ${VENDOR}.`);
process.stdout.write(`${(await start(Number(PORT))).url}\n`);
