import { describe, expect, it } from '@jest/globals';
import type { ChannelLine } from './channel-line.js';
import { makeConversation, type MadeConversation } from './made-conversation.fixture.js';
import { removeEchoes } from './remove-echoes.js';

const CONVERSATIONS = 100;

/** Numbers from 0 to 1 that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed * 7_919 + 1;
  return () => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What was doubled and what was lost, in lines. */
function judge({ said, lines, loudnessAt }: MadeConversation): {
  lines: number;
  echoes: number;
  doubled: number;
  lost: string[];
} {
  const kept = removeEchoes(lines, loudnessAt).lines as MadeConversation['lines'];
  const isEcho = (line: MadeConversation['lines'][number]): boolean =>
    said.find(({ id }) => id === line.of)?.speaker !== line.channel;
  const textOf = (all: MadeConversation['lines'], id: string): string =>
    all
      .filter((line) => line.of === id && !isEcho(line))
      .map(({ text }) => text)
      .join(' ');
  return {
    lines: said.length,
    echoes: new Set(lines.filter(isEcho).map(({ of }) => of)).size,
    doubled: new Set(kept.filter(isEcho).map(({ of }) => of)).size,
    lost: said.filter(({ id }) => textOf(kept, id) !== textOf(lines, id)).map(({ id }) => textOf(lines, id)),
  };
}

function total(timed: boolean): { lines: number; echoes: number; doubled: number; lost: string[] } {
  const sum = { lines: 0, echoes: 0, doubled: 0, lost: [] as string[] };
  for (let seed = 1; seed <= CONVERSATIONS; seed++) {
    const random = seeded(seed);
    const recipe = { random, bleedDecibels: -3 - 17 * random(), wrong: 0.25 * random(), timed };
    const { lines, echoes, doubled, lost } = judge(makeConversation(recipe));
    sum.lines += lines;
    sum.echoes += echoes;
    sum.doubled += doubled;
    sum.lost.push(...lost);
  }
  return sum;
}

const line = (channel: number, start: number, text: string): ChannelLine => {
  const words = text
    .split(' ')
    .map((word, index) => ({ text: word, start: start + index * 0.3, end: start + index * 0.3 + 0.25, confidence: null }));
  return { channel, start, end: words.at(-1)?.end ?? start, text, speaker: null, confidence: null, words };
};

describe('removeEchoes', () => {
  it('leaves under 1 % of the lines doubled and loses none, over 100 made conversations', () => {
    const { lines, echoes, doubled, lost } = total(true);
    expect(echoes).toBeGreaterThan(1_500);
    expect(doubled / lines).toBeLessThan(0.01);
    expect(lost).toEqual([]);
  });

  it('does so for engines that tell no times of words', () => {
    const { lines, doubled, lost } = total(false);
    expect(doubled / lines).toBeLessThan(0.01);
    expect(lost).toEqual([]);
  });

  const fainter = (channel: number): number => (channel === 0 ? -12 : 0);

  it('keeps what both say in turn', () => {
    const lines = [line(1, 1, 'yes'), line(0, 2.5, 'yes')];
    expect(removeEchoes(lines, fainter)).toEqual({ lines, removed: 0 });
  });

  it('keeps what both say at once and equally loud', () => {
    const lines = [line(1, 1, 'yes of course'), line(0, 1.1, 'yes of course')];
    expect(removeEchoes(lines, () => 0)).toEqual({ lines, removed: 0 });
  });

  it('keeps the answer that follows an echo in one line', () => {
    const heard = line(0, 1.05, 'are you ready then');
    const answer = line(0, 3, 'give me a minute');
    const both = { ...heard, end: answer.end, text: `${heard.text} ${answer.text}`, words: [...heard.words, ...answer.words] };
    const question = line(1, 1, 'are you ready then');
    expect(removeEchoes([question, both], fainter)).toEqual({ lines: [question, answer], removed: 1 });
  });

  it('keeps everything where nobody knows how loud it was', () => {
    const lines = [line(1, 1, 'are you ready'), line(0, 1, 'are you ready')];
    expect(removeEchoes(lines, () => null)).toEqual({ lines, removed: 0 });
  });

  it('compares words of languages without spaces', () => {
    const text = '今日はとても良い天気ですね';
    const lines = [1, 0].map((channel) => ({ ...line(channel, 1, text), end: 4, words: [] }));
    expect(removeEchoes(lines, fainter).lines).toEqual([lines[0]]);
  });
});
