import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#provider-calls';
import type { SpeechRequest } from '../../speech-provider.js';
import { transcriptOfAnswer } from './transcript-answer.js';

const REQUEST: SpeechRequest = {
  audio: { path: '/nowhere', seconds: 30, bytes: 1 },
  model: 'openai/whisper-large-v3',
  wordTimestamps: false,
  signal: new AbortController().signal,
};
const read = (raw: JsonValue) => transcriptOfAnswer({ raw, requestId: 'req' }, REQUEST);

describe('transcriptOfAnswer of the automatic-speech-recognition task', () => {
  it('closes an open end where the next line begins, or the sound ends', () => {
    const chunks = [
      { text: ' One', timestamp: [0, null] },
      { text: ' two', timestamp: [4, null] },
    ];
    expect(read({ text: ' One two', chunks }).segments).toEqual([
      { start: 0, end: 4, text: 'One' },
      { start: 4, end: 30, text: 'two' },
    ]);
  });

  it('gives text that comes without times as one line over the whole chunk', () => {
    expect(read({ text: 'One' })).toMatchObject({ segments: [{ start: 0, end: 30, text: 'One' }], timestampSource: 'none' });
  });

  it.each<[JsonValue]>([
    [{ text: 'One', chunks: [{ text: 'One', timestamp: [0] }] }],
    [{ text: 'One', chunks: [{ text: 'One', timestamp: [null, 1] }] }],
    [{ text: 'One', chunks: 'One' }],
    [[{ text: 'One' }]],
  ])('refuses %j', (raw) => {
    expect(() => read(raw)).toThrow(expect.objectContaining({ providerCode: 'bad_response' }));
  });
});
