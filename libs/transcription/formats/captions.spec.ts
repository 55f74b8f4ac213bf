import { describe, expect, it } from '@jest/globals';
import { type Cue, toSrt, toVtt } from './captions.js';

function cue(start: number, end: number, text: string, speaker: string | null = null): Cue {
  return { start, end, text, speaker };
}

function timesIn(captions: string): string[] {
  return captions.match(/^.* --> .*$/gm) ?? [];
}

describe('toSrt', () => {
  it('numbers cues from 1, with a comma before the milliseconds and a blank line between', () => {
    expect(toSrt([cue(0.5, 3.2, 'good morning'), cue(3_661.0056, 3_662, 'an hour later', 'Ada')])).toBe(
      '1\n00:00:00,500 --> 00:00:03,200\ngood morning\n\n2\n01:01:01,006 --> 01:01:02,000\nAda: an hour later\n',
    );
  });

  it('lets no text be read as times', () => {
    expect(toSrt([cue(0, 1, '00:00 --> 00:01', 'a --> b')])).toContain('\na → b: 00:00 → 00:01\n');
  });

  it('counts only cues that say something', () => {
    expect(toSrt([cue(0, 1, '  '), cue(1, 2, 'a')])).toMatch(/^1\n00:00:01,000/);
    expect(toSrt([])).toBe('');
  });
});

describe('toVtt', () => {
  it('begins with its name and a blank line, with a point before the milliseconds', () => {
    expect(toVtt([cue(0.5, 3.2, 'good morning'), cue(360_000, 360_001, 'late')])).toBe(
      'WEBVTT\n\n00:00:00.500 --> 00:00:03.200\ngood morning\n\n100:00:00.000 --> 100:00:01.000\nlate\n',
    );
    expect(toVtt([])).toBe('WEBVTT\n');
  });

  it('names voices and escapes what would be markup', () => {
    expect(toVtt([cue(0, 1, 'a < b && c --> d', 'R<&D>')])).toContain('\n<v R&lt;&amp;D&gt;>a &lt; b &amp;&amp; c --&gt; d\n');
  });
});

describe.each([
  ['SRT', toSrt],
  ['WebVTT', toVtt],
])('%s', (_, write) => {
  it.each(['\n\n', '\r\n\r\n', '\r\r', ' \n \n '])('keeps a cue in one piece over %j', (breaks) => {
    const written = write([cue(0, 1, `one${breaks}two`, `A${breaks}B`), cue(1, 2, 'three')]);
    expect(written).toContain('one two');
    expect(written).not.toContain('\r');
    expect(written.replace('WEBVTT\n\n', '').trim().split('\n\n')).toHaveLength(2);
  });

  it('lets no cue be empty or start before the one in front of it', () => {
    const sep = write === toSrt ? ',' : '.';
    expect(timesIn(write([cue(2, 2, 'a'), cue(1.9, 1.95, 'b'), cue(2.0004, 2.0004, 'c')]))).toEqual(
      Array(3).fill(`00:00:02${sep}000 --> 00:00:02${sep}001`),
    );
  });

  it('rounds up into the next second, minute and hour as one', () => {
    expect(timesIn(write([cue(3_599.9996, 3_601, 'a')]))[0]).toMatch(/^01:00:00[.,]000 --> /);
  });
});
