import { describe, expect, it } from '@jest/globals';
import { assembleTranscript } from '../assemble-transcript.js';
import type { PlacedChunk } from './join-seams.js';
import { cutAnywhere, hear, type Hearing, type SaidWord, sayWords, seeded } from './made-recording.fixture.js';

const RECORDINGS = 40;
const SECONDS = 90;

/** A recording in chunks cut anywhere, four seams or so. */
function make(seed: number, hearing: Hearing): { said: SaidWord[]; chunks: PlacedChunk[] } {
  const random = seeded(seed);
  const said = sayWords(random, SECONDS, hearing).filter(({ end }) => end < SECONDS);
  const chunks = cutAnywhere(random, SECONDS).map((chunk) => ({ ...chunk, transcript: hear(random, said, chunk, hearing) }));
  return { said, chunks };
}

/** The words without case, points and apostrophes, as one text that is quickly compared. */
function plain(texts: readonly { text: string }[]): string {
  const text = texts.map((each) => each.text).join(' ');
  const words = text
    .toLowerCase()
    .replaceAll(/[’']/g, '')
    .match(/\p{Script=Han}|[[\p{L}\p{N}]--\p{Script=Han}]+/gv);
  return words?.join(' ') ?? '';
}

describe('the seams of made recordings', () => {
  const kinds: [string, Hearing][] = [
    ['words with times', { times: 'words' }],
    ['lines with times', { times: 'lines' }],
    ['lines with times of a language model', { times: 'model' }],
    ['no times', { times: 'none' }],
    ['words of a script without spaces', { times: 'words', unspaced: true }],
    ['lines of a script without spaces', { times: 'lines', unspaced: true }],
  ];

  it.each(kinds)(`lose and double no word in ${RECORDINGS} recordings: %s`, (_name, hearing) => {
    for (let seed = 1; seed <= RECORDINGS; seed += 1) {
      const { said, chunks } = make(seed, hearing);
      const transcript = assembleTranscript(chunks);
      const { segments } = transcript;
      expect([seed, plain([transcript])]).toEqual([seed, plain(said)]);
      expect(plain(segments)).toBe(plain([transcript]));
      if (hearing.times !== 'words') continue;
      expect(segments.filter((segment) => plain(segment.words) !== plain([segment]))).toEqual([]);
      const starts = segments.flatMap(({ words }) => words.map(({ start }) => start));
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    }
  });

  it('lose and double no word where each chunk mishears some', () => {
    for (let seed = 1; seed <= RECORDINGS; seed += 1) {
      const { said, chunks } = make(seed, { times: 'words', misheard: 0.04 });
      const heard = plain([assembleTranscript(chunks)]).split(' ');
      const understood = plain(said)
        .split(' ')
        .map((word, index) => (heard[index]?.startsWith('mumble') === true ? heard[index] : word));
      expect([seed, heard.join(' ')]).toEqual([seed, understood.join(' ')]);
    }
  });
});
