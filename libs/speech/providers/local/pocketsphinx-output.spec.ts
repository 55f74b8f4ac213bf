import { describe, expect, it } from '@jest/globals';
import { parsePocketsphinx } from './pocketsphinx-output.js';

const OUTPUT = `and not
<s> 3.170 3.250 0.999500
and(2) 3.260 3.820 0.900000
<sil> 3.830 3.980 0.965602
[NOISE] 8.060 8.080 0.049730
++NOISE++ 8.090 8.100 0.1
not 8.110 8.300 7.1e-05
</s> 8.310 8.420 1.000000
<s> 9.000 9.100 0.9
</s> 9.110 9.200 1.000000
country 2
<s> 10.310 10.330 0.998801
country 10.790 11.350 1.000200
</s> 11.400 11.910 1.000000
`;

describe('parsePocketsphinx', () => {
  it('gives the words with times and confidence, without silence, noise and pronunciation numbers', () => {
    expect(parsePocketsphinx(OUTPUT).words).toEqual([
      { text: 'and', start: 3.26, end: 3.82, confidence: 0.9 },
      { text: 'not', start: 8.11, end: 8.3, confidence: 0.000071 },
      { text: 'country', start: 10.79, end: 11.35, confidence: 1 },
    ]);
  });

  it('makes each utterance with words a segment, broken where the speaker paused', () => {
    const spoken =
      '<s> 0 0.1 1\ngood 0.200 0.500 1\nmorning 0.550 0.900 1\n<sil> 0.910 1.290 1\ndavid 1.300 1.700 1\n</s> 1.710 1.800 1\n';
    expect(parsePocketsphinx(spoken + OUTPUT).segments).toMatchObject([
      { start: 0.2, end: 0.9, text: 'good morning' },
      { start: 1.3, end: 1.7, text: 'david' },
      { start: 3.26, end: 3.82, text: 'and' },
      { start: 8.11, end: 8.3, text: 'not' },
      { start: 10.79, end: 11.35, text: 'country' },
    ]);
  });

  it('gives nothing for silence', () => {
    expect(parsePocketsphinx('\n')).toEqual({ words: [], segments: [] });
  });
});
