import { describe, expect, it } from '@jest/globals';
import type { Cue } from './cues.js';
import { toSrt, toVtt } from './subtitle-files.js';

function cue(startMs: number, endMs: number, lines: string[], speaker: string | null = null): Cue {
  return { startMs, endMs, lines, speaker };
}

describe('toSrt', () => {
  it('numbers cues from 1, with a comma before the milliseconds and a blank line between', () => {
    expect([...toSrt([cue(500, 3_200, ['good morning']), cue(3_661_006, 3_662_000, ['an hour', 'later'])])].join('')).toBe(
      '1\n00:00:00,500 --> 00:00:03,200\ngood morning\n\n2\n01:01:01,006 --> 01:01:02,000\nan hour\nlater\n',
    );
    expect([...toSrt([])].join('')).toBe('');
  });

  it('lets no text be read as times', () => {
    expect([...toSrt([cue(0, 1_000, ['a --> b: 00:00 --> 00:01'])])].join('')).toContain('\na → b: 00:00 → 00:01\n');
  });
});

describe('toVtt', () => {
  it('begins with its name and a blank line, with a point before the milliseconds', () => {
    expect([...toVtt([cue(500, 3_200, ['good', 'morning']), cue(360_000_000, 360_001_000, ['late'])])].join('')).toBe(
      'WEBVTT\n\n00:00:00.500 --> 00:00:03.200\ngood\nmorning\n\n100:00:00.000 --> 100:00:01.000\nlate\n',
    );
    expect([...toVtt([])].join('')).toBe('WEBVTT\n');
  });

  it('names voices and escapes what would be markup', () => {
    expect([...toVtt([cue(0, 1_000, ['a < b && c --> d'], 'R<&D>\n\nx')])].join('')).toContain(
      '\n<v R&lt;&amp;D&gt; x>a &lt; b &amp;&amp; c --&gt; d\n',
    );
  });
});
