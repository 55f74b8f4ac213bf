/** Stands for a vendor with OpenAI's API that needs no time: reads the form and answers with the same transcript. */
import { createServer } from 'node:http';

const SEGMENT = { seek: 0, tokens: [], temperature: 0, avg_logprob: -0.25, compression_ratio: 1.2, no_speech_prob: 0.01 };
const ANSWER = JSON.stringify({
  ...{ task: 'transcribe', language: 'english', duration: 11 },
  text: 'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.',
  segments: [{ id: 0, start: 0, end: 11, text: ' And so, my fellow Americans, ask not …', ...SEGMENT }],
});
const { PORT } = process.env;

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.setHeader('content-type', 'application/json').end(ANSWER));
});

process.once('SIGTERM', () => process.exit());
server.listen(Number(PORT), '127.0.0.1');
