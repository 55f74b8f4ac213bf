import { describe, expect, it } from '@jest/globals';
import { transcriptOfAnswer } from './transcript-answer.js';

const SECONDS = 30;
const read = (answer: object) => transcriptOfAnswer('openai', new Response(JSON.stringify(answer)), SECONDS);

describe('transcriptOfAnswer', () => {
  it('gives text that comes without lines as one line over the whole chunk', async () => {
    const { segments, timestampSource } = await read({ text: 'hello world', segments: [] });
    expect(segments).toEqual([{ start: 0, end: SECONDS, text: 'hello world' }]);
    expect(timestampSource).toBe('none');
  });

  it('gives silence no line', async () => {
    expect((await read({ text: '', segments: [] })).segments).toEqual([]);
  });

  it('takes an answer as long as the model may write for one that is cut off', async () => {
    const usage = { type: 'tokens', input_tokens: 1, output_tokens: 2_000, total_tokens: 2_001 };
    await expect(read({ text: 'and so on and', usage })).rejects.toMatchObject({
      kind: 'too_large',
      providerCode: 'output_truncated',
    });
    await expect(read({ text: 'all of it', usage: { ...usage, output_tokens: 1_999 } })).resolves.toMatchObject({
      text: 'all of it',
    });
  });
});
