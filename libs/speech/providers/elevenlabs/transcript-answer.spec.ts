import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#provider-calls';
import type { SpeechRequest } from '../../speech-provider.js';
import { transcriptOfAnswer } from './transcript-answer.js';

const REQUEST: SpeechRequest = {
  audio: { path: '/nowhere', seconds: 30, bytes: 1 },
  model: 'scribe_v2',
  wordTimestamps: true,
  diarize: true,
  signal: new AbortController().signal,
};
const read = (raw: JsonValue) => transcriptOfAnswer({ raw, requestId: 'req' }, REQUEST);

/** `text@start-end`, an underscore for a space. */
function items(...pieces: string[]): JsonValue[] {
  return pieces.map((piece) => {
    const [, text = '', start, end] = /^(.+)@([\d.]+)-([\d.]+)$/.exec(piece) ?? [];
    const type = text === '_' ? 'spacing' : text.startsWith('(') ? 'audio_event' : 'word';
    return { type, text: text.replace('_', ' '), start: Number(start), end: Number(end), speaker_id: 'speaker_0' };
  });
}

const lines = (words: JsonValue[]) =>
  read({ text: 'x', language_code: 'eng', words }).segments.map(({ start, end, text }) => [start, end, text]);

describe('transcriptOfAnswer of Scribe', () => {
  it('ends a line with its sentence, also behind a closing quote', () => {
    expect(lines(items('Good@0-0.5', '_@0.5-0.6', 'day.”@0.6-1', '_@1-1.1', 'You@1.1-1.5', '_@1.5-1.5', 'there?@1.5-2'))).toEqual(
      [
        [0, 1, 'Good day.”'],
        [1.1, 2, 'You there?'],
      ],
    );
  });

  it('ends a line with a pause, and after fifteen seconds without one', () => {
    expect(lines(items('one@0-1', '_@1-1.8', 'two@1.8-2'))).toHaveLength(2);
    expect(lines(items('one@0-1', '_@1-1.7', 'two@1.7-2'))).toHaveLength(1);
    const endless = Array.from({ length: 40 }, (_, index) => `on@${index / 2}-${(index + 1) / 2}`);
    expect(lines(items(...endless)).map(([start, end]) => [start, end])).toEqual([
      [0, 15],
      [15, 20],
    ]);
  });

  it('keeps the spacing of scripts that have none', () => {
    expect(lines(items('你@0-0.5', '好@0.5-1', '。@1-1', '再@1.2-1.5', '见@1.5-2'))).toEqual([
      [0, 1, '你好。'],
      [1.2, 2, '再见'],
    ]);
  });

  it('takes sounds for no speech', () => {
    const words = items('(laughter)@0-1', '_@1-1', 'yes@1-2');
    const result = read({ text: '(laughter) yes', language_code: 'deu', words });
    expect(result).toMatchObject({ text: 'yes', language: 'de', segments: [{ start: 1, end: 2 }], words: [{ text: 'yes' }] });
    expect(read({ text: '(laughter)', words: items('(laughter)@0-1') })).toMatchObject({ text: '', segments: [], words: [] });
  });

  it.each<[string, JsonValue]>([
    ['is to come later', { message: 'Request processed successfully', request_id: 'r', transcription_id: 't' }],
    ['has text without words', { text: 'yes', words: [] }],
    ['has many channels', { transcripts: [{ text: 'yes', words: [] }] }],
    ['has a word of a kind nobody knows', { text: 'yes', words: [{ type: 'song', text: 'la', start: 0, end: 1 }] }],
  ])('refuses an answer that %s', (_, raw) => {
    expect(() => read(raw)).toThrow(expect.objectContaining({ kind: 'unavailable', providerCode: 'bad_response' }));
  });
});
